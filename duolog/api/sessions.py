"""Logging in: a challenge, signed by a keyholder, for a session token. No password exists."""

from duolog.api.common import AccountId, Challenge, KeyholderId, Model, SignatureBytes, Token, UnixSeconds


class ChallengeRequest(Model):
    """Who wants to log in."""

    keyholder: KeyholderId


class ChallengeAnswer(Model):
    """What to sign, once, before `expires_at`. A keyholder that does not exist gets an answer of the same kind."""

    challenge: Challenge
    expires_at: UnixSeconds


class LogIn(Model):
    """The keyholder's signature over label | server origin | challenge | keyholder id."""

    keyholder: KeyholderId
    challenge: Challenge
    signature: SignatureBytes


class Session(Model):
    """A session: send the token as `Authorization: Bearer`. It ends when idle, and at `expires_at` at the latest."""

    token: Token
    account: AccountId
    expires_at: UnixSeconds
