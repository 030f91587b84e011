"""Admissions: a confidant's invitation from the answer to the inviter's consent.

Rules
- Nothing is signed before the inviter has heard the eight words from the confidant.
- The proposal is exactly what the confidant has accepted and the inviter has confirmed.
- Each step is durable before the next; `admit` takes those that need no person.
"""

from dataclasses import replace

from duolog.client.home.pairings import Consent, Invited, all_invited, find_consent, find_invited, save_invited
from duolog.client.log.context import Context
from duolog.client.pairing.comparing_words import require_words
from duolog.client.pairing.invitations import reveal, take_answer
from duolog.client.pairing.proposals import keep_consent, renew
from duolog.client.pairing.views import Admission, AdmissionStage
from duolog.errors import NotAllowed
from duolog.seal.pairing import InvitationSecret
from duolog.seal.words import Words


async def admit(context: Context, journal: bytes) -> None:
    """Take the answer to each confidant's invitation, and reveal the nonce. Raises: as `take_answer` and `reveal`."""
    for invited in all_invited(context.home, journal):
        kept, secret = invited, InvitationSecret(invited.secret)
        if kept.account is None:
            taken = await take_answer(context, journal, secret, kept.plaintext, kept.expires)
            if taken is None:
                continue
            kept = replace(kept, account=taken.account, acceptance=taken.acceptance, signature=taken.signature)
            save_invited(context.home, journal, kept)
        if kept.signed_acceptance is not None and not kept.revealed:
            await reveal(context, journal, secret, kept.signed_acceptance, kept.nonce)
            save_invited(context.home, journal, replace(kept, revealed=True))


def admissions(context: Context, journal: bytes) -> tuple[Admission, ...]:
    """The admissions from this home that aren't finished, without the network."""
    return tuple(_view(context, journal, item) for item in all_invited(context.home, journal))


def _view(context: Context, journal: bytes, invited: Invited) -> Admission:
    words = invited.words if invited.revealed else None
    consent = _consent_of(context, journal, invited)
    if consent is not None and consent.declined:
        stage = AdmissionStage.LAPSED if consent.lapsed else AdmissionStage.DECLINED
    elif consent is not None:
        stage = AdmissionStage.WAITING_FOR_PARTNER
    else:
        stage = AdmissionStage.WAITING_FOR_ANSWER if words is None else AdmissionStage.COMPARE
    place = (invited.rights, invited.until, invited.account)
    return Admission(invited.invitation, journal, stage, *place, words)


async def confirm(context: Context, journal: bytes, invitation: bytes | None, words: Words) -> None:
    """Confirm that a confidant sees the same eight words, and consent to letting them in as they have accepted.

    A partner who is alone lets them in at once; with two partners the other has to sign. `invitation`: its id, needed
    where several invitations wait.

    Raises:
        NotAllowed: nobody has accepted yet, or the same was declined less than 14 days ago.
        PinMismatch: the words differ. Nothing was signed.
        TransportError, ServerRefused, VerificationError: as for a push; the consent is kept.
    Spec: §7.
    """
    context.require_confirmed()
    invited = _meant(context, journal, invitation)
    require_words(invited.words if invited.revealed else None, words)
    if invited.account is None:
        raise NotAllowed("Nobody has accepted this invitation yet. Sync, and wait for them.")
    if _consent_of(context, journal, invited) is None:
        consent = Consent("add", invited.account, invited.rights, invited.until, invited.invitation)
        keep_consent(context, journal, consent)
    await renew(context, journal)


def _consent_of(context: Context, journal: bytes, invited: Invited) -> Consent | None:
    """The consent to let in the account that took this very invitation; it may have taken an earlier one, too."""
    found = None if invited.account is None else find_consent(context.home, journal, "add", invited.account)
    return found if found is not None and found.invitation == invited.invitation else None


def _meant(context: Context, journal: bytes, invitation: bytes | None) -> Invited:
    if invitation is not None:
        found = find_invited(context.home, journal, invitation)
        if found is None:
            raise NotAllowed("There is no such invitation from here. List them to see their names.")
        return found
    open_ones = [item for item in all_invited(context.home, journal) if item.words is not None]
    undecided = [item for item in open_ones if _consent_of(context, journal, item) is None]
    meant = undecided or open_ones
    if len(meant) != 1:
        raise NotAllowed(
            "Several invitations wait: say which." if meant else "Nobody has accepted an invitation from here yet."
        )
    return meant[0]
