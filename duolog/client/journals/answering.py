"""Answers of check-ins on their way: kept for all own devices, committed to, and revealed.

Rules
- An answer with its secret lies in the account journal before its commit is written. So another own device, and a home
  that was restored, can reveal it, and can write the same sealed answer again when a commit was not delivered.
- Where two begin at once, the first in the log counts. An answer that was kept for the second is sealed anew for it,
  and for no other. An answer answers what its author answered: not a later check-in, and none in the place of one that
  was taken back.
- A key is published when both have committed, before the other's answer is shown. By itself that happens up to a day
  after the check-in's time, by this clock and by the newest receipt. Later its owner is asked: a commit that was dated
  back must not open what its author believed gone.

Spec: §8, documents
"""

import secrets
from collections.abc import Iterator

from duolog.client.home.outbox_rows import count_waiting
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state, journal_state
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.notes import put_note
from duolog.client.log.outbox import deliver, post, waiting_documents
from duolog.client.log.stored_logs import newest_receipt
from duolog.documents.account_kinds import SealedAnswer
from duolog.documents.applied import DAY
from duolog.documents.bodies import Answer, Body
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.check_in import KIND, BeginCheckIn, CheckIn, CommitAnswer, RevealAnswer
from duolog.documents.registry import make_document
from duolog.documents.things import Things
from duolog.documents.timeline import Item
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.blind_pairs import key_fits
from duolog.protocol.codec import encode_b64
from duolog.seal.blind_pairs import PairSecret, seal_answer

_B64_ANSWER = len(encode_b64(bytes(sizes.MAX_PAIR_ANSWER)))  # characters
_STEPS = 2  # of an answer: its commit, and its key


def keep_answer(context: Context, journal: bytes, pair: bytes, answer: bytes) -> None:
    """Keep an answer with a fresh secret, durably. `pair`: the entry that begins the check-in, 16 bytes."""
    k, nonce = PairSecret.new().k, secrets.token_bytes(sizes.AEAD_NONCE)
    fill = "." * (_B64_ANSWER - len(encode_b64(answer)))
    one = SealedAnswer(journal=journal, pair=pair, k=k, nonce=nonce, answer=answer, fill=fill)
    put_note(context, "sealed_answer", one)


def kept_answers(context: Context, journal: bytes) -> Iterator[SealedAnswer]:
    """The answers that the account journal keeps for a journal, oldest first."""
    return (one for one in account_state(context).answers if one.journal == journal)


def my_answer(context: Context, journal: bytes, check_in: CheckIn) -> SealedAnswer | None:
    """The kept answer that I committed to; before that, the one that I will commit to; or None."""
    commit = check_in.of("commits", context.account)
    kept = [one for one in kept_answers(context, journal) if one.pair == check_in.entry]
    if commit is None or not isinstance(commit.step, CommitAnswer):
        return kept[0] if kept else None
    sealed = commit.step.commitment
    fits = (one for one in kept if key_fits(sealed, one.k, journal, check_in.entry, context.account))
    return next(fits, None)


def has_answer(context: Context, journal: bytes, check_in: CheckIn) -> bool:
    """Whether I have answered a check-in, also where the answer waits to be sent to the account journal."""
    if my_answer(context, journal, check_in) is not None:
        return True
    pair = encode_b64(check_in.entry)
    waiting = waiting_documents(context, context.identity.account_journal)
    return any(one.kind == "sealed_answer" and one.body.get("pair") == pair for one in waiting)


def may_reveal(context: Context, journal: bytes, check_in: CheckIn) -> bool:
    """Whether both have committed, and my key is here and not published."""
    if check_in.standing != "sealed" or check_in.of("keys", context.account) is not None:
        return False
    return my_answer(context, journal, check_in) is not None


def is_late(context: Context, journal: bytes, check_in: CheckIn) -> bool:
    """Whether so much time has passed that its owner is asked before a key is published."""
    seen = newest_receipt(context.store, journal)
    now = max(context.clock(), 0 if seen is None else seen.time)
    return now > check_in.times["until"] + DAY


def reveal(context: Context, journal: bytes, check_in: CheckIn) -> bytes:
    """Put my key into the outbox; its entry. Raises: NotAllowed where no key of mine is called for."""
    mine = my_answer(context, journal, check_in)
    if mine is None or not may_reveal(context, journal, check_in):
        raise NotAllowed("Keys count once both have answered, and yours must be here and not published.")
    return _post(context, journal, RevealAnswer(answers=_named(check_in), k=mine.k))


async def go_on(context: Context, journal: bytes) -> None:
    """Commit to what was kept and reveal what both committed to, as far as the rules let me now.

    Raises: as `deliver`.
    """
    kept = list(kept_answers(context, journal))
    for one in kept:
        _seal_anew(context, journal, one)
    await deliver(context, context.identity.account_journal)
    for _ in range(_STEPS * (1 + len(kept))):  # a partner who takes back whatever comes is no reason to go on for ever
        if not _next_step(context, journal):
            return
        await deliver(context, journal)


async def go_on_with_check_ins(context: Context) -> None:
    """Go on in every open journal. What fails in one is reported, and tried again by the next sync."""
    for journal in shown_journals(context):
        if context.standing(journal).open_roster is not None and any(kept_answers(context, journal)):
            with context.problems.reported(journal):
                await go_on(context, journal)


def _next_step(context: Context, journal: bytes) -> bool:
    """Put the next commit or key into the outbox; whether there was one. What waits is delivered first."""
    here = context.standing(journal)
    if here.open_roster is None or not here.may_write or count_waiting(context.store, journal):
        return False
    things: Things[CheckIn] = journal_state(context, journal).part(KIND)
    unopened = {one.entry: one for one in things.standing(("begun", "sealed"))}
    for one in list(kept_answers(context, journal)):
        check_in = unopened.get(one.pair)
        if check_in is not None and _may_commit(context, check_in):
            _commit(context, journal, check_in)
            return True
        if check_in is None or not may_reveal(context, journal, check_in):
            continue
        if is_late(context, journal, check_in):  # check: client.late_reveal
            continue
        reveal(context, journal, check_in)
        return True
    return False


def _may_commit(context: Context, check_in: CheckIn) -> bool:
    passed = check_in.passed(context.clock())
    return check_in.standing == "begun" and not passed and check_in.of("commits", context.account) is None


def _commit(context: Context, journal: bytes, check_in: CheckIn) -> None:
    """Write the commit of the answer that was kept first: always the same sealed answer."""
    mine = my_answer(context, journal, check_in)
    if mine is None:
        raise NotAllowed("Your answer is not here. Sync, and try again.")
    place = (journal, check_in.entry, context.account)
    sealed, commitment = seal_answer(PairSecret(mine.k), *place, mine.answer, nonce=mine.nonce)
    _post(context, journal, CommitAnswer(answers=_named(check_in), sealed=sealed, commitment=commitment))


def _seal_anew(context: Context, journal: bytes, kept: SealedAnswer) -> None:
    """Keep an answer again for the check-in that counts, where mine was begun at the same time and does not."""
    state = journal_state(context, journal)
    things: Things[CheckIn] = state.part(KIND)
    begun = None if kept.pair in things else state.find(kept.pair)
    if begun is None or begun.skipped is None:
        return
    body = KIND.read(begun.applied.document)
    for one in things.standing(("begun",)):
        fits = isinstance(body, BeginCheckIn) and one.form == body.form and _may_commit(context, one)
        if fits and _refused(state, one, begun) and not has_answer(context, journal, one):
            keep_answer(context, journal, one.entry, kept.answer)


def _refused(state: JournalState, check_in: CheckIn, begun: Item) -> bool:
    """Whether a check-in was open where another one was begun behind it in the log, which so has no effect."""
    first, second = state.find(check_in.entry), begun.applied
    if first is None or first.applied.seq > second.seq:  # check: client.sealed_anew_earlier
        return False
    return second.effective <= check_in.times["until"]


def _named(check_in: CheckIn) -> Answer:
    text = check_in.texts[check_in.entry]
    return Answer(entry=text.entry, message=text.message)


def _post(context: Context, journal: bytes, step: Body) -> bytes:
    return post(context, journal, make_document("check_in", step, context.clock()))
