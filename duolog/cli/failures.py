"""Failures: the words that a person reads, and the exit code for a script.

    0    done
    1    refused: by the rules, by the server, or by this computer (a full disk, a folder that can't be written)
    2    usage: what was typed or given isn't what the command needs
    3    locked: the passphrase is wrong or missing
    4    offline: the server can't be reached, or isn't trusted; what was written is kept here, and sent later
    5    stop: what the server sent is not true, or the words differ
    70   a fault in Duolog itself
    130  interrupted

A failed verification can't be confirmed away: there is no option for it.
"""

import errno
import sqlite3
import traceback
from dataclasses import dataclass
from pathlib import Path

from duolog import errors

OK, REFUSED, USAGE, LOCKED, OFFLINE, STOP, FAULT, INTERRUPTED = 0, 1, 2, 3, 4, 5, 70, 130


class Usage(Exception):
    """The arguments or the input aren't what the command needs. The text says what to do."""


class NotNow(Usage):
    """Somebody decided against sending what they wrote. It stays kept."""


class Stop(Exception):
    """Two people compared words, and they differ."""


@dataclass(frozen=True)
class Failure:
    """A failure in words: `what` happened, what to do `next`, and the exit code. `name` is for scripts."""

    exit_code: int
    name: str
    what: str
    next: tuple[str, ...] = ()


COMPARE = (
    "What was read and checked before stays readable here.",
    "Don't write anything that matters through this server until it is explained.",
    "Meet or call each other, and compare `duolog heads`: if the words differ, the server has shown you two stories.",
)
REVOKED = (
    "What this computer has read stays readable, and can be exported. It fetches and sends nothing any more.",
    "If it wasn't you, run `duolog device list` on another device of yours, or `duolog restore` in another folder.",
)
VERIFICATION: list[tuple[type[errors.DuologError], str, tuple[str, ...]]] = [
    (errors.Rollback, "rollback", ("The server may have gone back to an old copy. Ask whoever runs it.", *COMPARE)),
    (errors.Fork, "fork", COMPARE),
    (
        errors.AccountFork,
        "account_fork",
        (
            "Somebody may be using a device that was taken away from them, together with the server.",
            "Compare the words of the account in person before you write again.",
        ),
    ),
    (
        errors.PinMismatch,
        "pin_mismatch",
        (
            "This is not the key that was pinned. Nothing was sent.",
            "Don't go on until you have spoken in person with the one it belongs to.",
        ),
    ),
    (
        errors.WrongAccount,
        "wrong_account",
        (
            "The server answered with somebody else's account. Nothing was kept of it.",
            "Check the server's address. If it is right, don't use this server.",
        ),
    ),
    (
        errors.Withheld,
        "withheld",
        ("Something is known to exist, and the server keeps it back. Try again later.", *COMPARE),
    ),
    (
        errors.AttachmentFault,
        "attachment",
        (
            "Nothing of it was shown or kept. Try again; the journal goes on without it.",
            "If it fails again, ask its author to send it anew, and tell whoever runs the server.",
        ),
    ),
    (errors.VerificationError, "verification", COMPARE),
    (errors.JournalFrozen, "frozen", COMPARE),
]


class Ended(BaseException):
    """A signal told the command to end while the editor was open."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number  # as a shell gives it
        super().__init__("Stopped from outside.")


def explain(error: BaseException) -> Failure:
    """The words for a person, and the exit code, for any error."""
    if isinstance(error, errors.WrongAccount) and error.check == "client.keyholder_listed":
        return Failure(STOP, "revoked", str(error), REVOKED)
    for kind, name, advice in VERIFICATION:
        if isinstance(error, kind):
            return Failure(STOP, name, str(error), advice)
    match error:
        case Usage():
            return Failure(USAGE, "usage", str(error))
        case Stop():
            return Failure(STOP, "words_differ", str(error))
        case Ended():
            return Failure(error.exit_code, "interrupted", str(error))
        case KeyboardInterrupt() | EOFError():
            return Failure(INTERRUPTED, "interrupted", "Stopped.")
        case errors.DuologError():
            return _explain_own(error)
        case OSError():
            return _explain_system(error)
        case sqlite3.OperationalError():
            return Failure(
                REFUSED, "home", f"The home can't be used: {error}.", (_FULL,) if "full" in str(error) else ()
            )
    return Failure(FAULT, "fault", _describe(error), ("Nothing that you wrote is lost. Please report this line.",))


BY_CODE = (
    "`duolog register --invite-code` asks for it. Somebody who was invited to a journal there gives the link of that "
    "invitation instead."
)
_FULL = "The disk is full: make some room and run this again. What was kept before is still there."


def _explain_own(error: errors.DuologError) -> Failure:
    match error:
        case errors.KeystoreLocked():
            return Failure(
                LOCKED, "locked", str(error), ("Forgotten for good? The 24 recovery words still open your account.",)
            )
        case errors.CertificateFault():
            return Failure(OFFLINE, "certificate", str(error))
        case errors.TransportError():
            return Failure(OFFLINE, "offline", str(error))
        case errors.ServerRefused():
            return Failure(REFUSED, error.code, str(error), _what_next(error))
        case errors.NotAllowed():
            return Failure(REFUSED, "not_allowed", str(error))
        case errors.HomeError():
            return Failure(REFUSED, "home", str(error))
        case errors.Unforeseen():
            return Failure(FAULT, "fault", str(error), ("Nothing that you wrote is lost.",))
        case errors.MalformedData():
            return Failure(USAGE, "malformed", str(error))
    return Failure(REFUSED, "refused", str(error))


def _what_next(error: errors.ServerRefused) -> tuple[str, ...]:
    """Sentences about when to try again, and about unsent texts."""
    seconds, wait = error.retry_after or 0, tuple[str, ...]()
    kept = "What you wrote is kept here, and a later `duolog sync` sends it."
    if error.code == "invite_code_refused":
        return (BY_CODE,)
    if error.code == "quota_reached":
        return (kept, "Whoever runs the server can give you more room; or `duolog move` takes you to another.")
    if seconds > 2 * 3600:
        wait = (f"It goes on in about {round(seconds / 3600)} hours.",)
    elif seconds > 120:
        wait = (f"Try again in {-(-seconds // 60)} minutes.",)
    elif seconds:
        wait = (f"Try again in {seconds} seconds.",)
    return (*wait, kept) if error.code == "daily_limit" else wait


def _explain_system(error: OSError) -> Failure:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Failure(REFUSED, "disk_full", f"There is no room left on the disk{where}.", (_FULL,))
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Failure(
            REFUSED,
            "home",
            f"That folder or file can't be written or read{where}.",
            ("Choose another with --home, or correct its owner and permissions.",),
        )
    return Failure(REFUSED, "system", f"The computer said: {error.strerror or type(error).__name__}{where}.")


def _describe(error: BaseException) -> str:
    """A fault of Duolog: its type and its places in the code, never its message, which may quote somebody's text."""
    here = Path(__file__).parent.parent.parent
    places = [
        f"{Path(frame.filename).relative_to(here)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(here / "duolog")
    ]
    return (
        f"Something is wrong inside Duolog: {type(error).__name__} at {', '.join(places[-4:]) or 'an unknown place'}."
    )
