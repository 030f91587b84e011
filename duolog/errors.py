"""Every error that Duolog raises on purpose, in one tree.

    DuologError
    ├── MalformedData            bytes that don't follow the format (truncated, not canonical, too large)
    ├── VerificationError        well-formed, but not true
    │   ├── BadSignature         a signature does not verify under the key that must have made it
    │   ├── BadReceipt           a receipt is not the server's, or its time runs backwards
    │   ├── RosterViolation      a roster statement breaks the rule table
    │   ├── ChainViolation       an account chain or keyholder set breaks its rules
    │   ├── AccountFork          two successors of one account statement
    │   ├── PinMismatch          a key or account differs from the pinned one
    │   ├── WrongAccount         the server answered with another account
    │   ├── LogViolation         a gap, a broken head, a repeat, or something after a close
    │   │   └── Rollback         the log is behind what this client already verified
    │   ├── Fork                 the server has shown two histories
    │   ├── Withheld             the server withholds an item that is known to exist
    │   ├── EntryFault           one entry is its author's fault; the log goes on without it
    │   └── AttachmentFault      the bytes of an attachment are not those that its author sealed
    ├── OpenError                a sealed thing does not open with this key
    ├── KeystoreLocked           the keys of this home are not unlocked, or the passphrase is wrong
    ├── HomeError                the home can't be read or written, or is in use
    ├── NotAllowed               the rules don't allow this step now (nothing was sent)
    ├── JournalFrozen            the journal is read-only, because the server broke the rules
    ├── Unforeseen               an error that nobody foresaw; it stops only the journal where it happened
    ├── TransportError           the server can't be reached, or its answer isn't an answer
    │   ├── CertificateFault     the server's certificate isn't trusted here; nothing was sent
    │   └── TooLargeOnTheWay     something in front of the server takes no request of this size
    └── ServerRefused            the server said no; `code` says why

Each carries a sentence for a person: what happened, and what to do next. None carries a secret or a person's words.
"""


class DuologError(Exception):
    """Base of every error that this package raises on purpose."""


class MalformedData(DuologError):
    """Bytes that don't follow the format."""


class VerificationError(DuologError):
    """Well-formed data that is not true. `check` names the rule that failed, for tests and support."""

    def __init__(self, message: str, *, check: str = "") -> None:
        super().__init__(message)
        self.check = check


class BadSignature(VerificationError):
    """A signature does not verify under the key that must have made it."""


class BadReceipt(VerificationError):
    """A receipt is not the server's, or its time runs backwards."""


class RosterViolation(VerificationError):
    """A roster statement breaks the rule table."""


class ChainViolation(VerificationError):
    """An account chain or a keyholder set breaks its rules."""


class AccountFork(VerificationError):
    """Two successors of one account statement exist: stop, and compare words in person."""


class PinMismatch(VerificationError):
    """A key or account differs from the pinned one."""


class WrongAccount(VerificationError):
    """The server answered with another account than the one that these keys belong to."""


class LogViolation(VerificationError):
    """A gap, a broken head, a repeat, or something after a close."""


class Rollback(LogViolation):
    """The log is behind what this client already verified."""


class Fork(VerificationError):
    """The server has shown two histories of one journal."""


class Withheld(VerificationError):
    """The server withholds an item that is known to exist."""


class EntryFault(VerificationError):
    """One entry is its author's fault. It is quarantined; the log goes on."""


class AttachmentFault(VerificationError):
    """The bytes of an attachment are not those that its author sealed. Nothing of it was handed out.

    `chunk`: the number of the first faulty chunk, from 1; None where all stored bytes together are wrong.
    """

    def __init__(self, message: str, *, check: str = "", chunk: int | None = None) -> None:
        super().__init__(message, check=check)
        self.chunk = chunk


class OpenError(DuologError):
    """A sealed thing does not open with this key."""


class KeystoreLocked(DuologError):
    """The keys of this home are locked, or the passphrase is wrong."""


class HomeError(DuologError):
    """The home can't be read or written, or another process is using it."""


class NotAllowed(DuologError):
    """The rules don't allow this step now. Nothing was sent."""


class JournalFrozen(DuologError):
    """The journal is read-only, because the server broke the rules."""


class Unforeseen(DuologError):
    """A fault of this program that nobody foresaw. It stops only the journal where it happened."""


class TransportError(DuologError):
    """The server can't be reached, or its answer isn't an answer."""


class ServerWentBack(TransportError):
    """The server has gone back to an older state, and this home's part of bringing it forward isn't done yet."""


class CertificateFault(TransportError):
    """The server's certificate isn't trusted on this machine. Nothing was sent."""


class TooLargeOnTheWay(TransportError):
    """Something in front of the server takes no request of this size. `size`: bytes of its body."""

    def __init__(self, message: str, *, size: int) -> None:
        super().__init__(message)
        self.size = size


class ServerRefused(DuologError):
    """The server said no.

    `code` is stable; `status` is HTTP's; `retry_after` is in seconds, when the server named one.
    """

    def __init__(self, message: str, *, code: str, status: int, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.retry_after = retry_after
