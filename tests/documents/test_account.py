"""What an account's devices tell each other: first pins stay, contradictions are seen, secrets stay out of sight."""

from __future__ import annotations

import pytest

from duolog.documents.account import (
    apply_account,
    encode_account_state,
    parse_account_state,
    require_allowed_account,
)
from duolog.documents.account_kinds import (
    BranchChosen,
    ComparedWords,
    Confirmed,
    Draft,
    DraftDocument,
    EndedClosing,
    EndedInvitation,
    Erased,
    Joined,
    Kept,
    KeyholderLabel,
    LeftJournal,
    NotedHead,
    PendingClosing,
    PendingInvitation,
    Pin,
    Rotated,
    SealedAnswer,
    SentAcceptance,
    TakenAcceptance,
    Verified,
)
from duolog.documents.account_state import AccountState
from duolog.documents.applied import AppliedDocument
from duolog.documents.bodies import Body
from duolog.documents.registry import ACCOUNT_KINDS, make_document
from duolog.errors import DuologError, MalformedData, NotAllowed, PinMismatch
from duolog.protocol.messages import Document

ME, SAM, JOURNAL, OTHER = b"m" * 32, b"s" * 32, b"j" * 32, b"o" * 32
HEAD, HEAD2 = b"1" * 32, b"2" * 32
SECRET = bytes(range(16))
INVITATION = PendingInvitation(
    invitation=b"i" * 16,
    journal=JOURNAL,
    secret=SECRET,
    n_f=b"n" * 32,
    plaintext_hash=b"p" * 32,
    role="partner",
    rights="write",
    expires=1_700_086_400,
)


def joined(**fields: object) -> Joined:
    return Joined.model_validate(
        {"journal": JOURNAL, "role": "partner", "receipt_key": b"r" * 32, "origin": "https://a.example", **fields}
    )


def acceptance(account: bytes = SAM) -> TakenAcceptance:
    return TakenAcceptance(invitation=b"i" * 16, account=account, acceptance=b"{}", signature=b"x" * 64)


def tell(state: AccountState, kind: str, body: Body) -> AccountState:
    document = make_document(kind, body, 1_700_000_000)
    return apply_account(state, AppliedDocument(bytes(16), state.seq + 1, ME, bytes(32), document))


def refused(state: AccountState, kind: str, body: Body, error: type[DuologError]) -> AccountState:
    """Refused before writing, and without effect when another device wrote it all the same."""
    with pytest.raises(error):
        require_allowed_account(state, make_document(kind, body, 0))
    return tell(state, kind, body)


def test_one_evening_of_pairing_is_known_to_every_device() -> None:
    state = AccountState()
    for kind, body in (
        ("joined", joined(name="us")),
        ("pending_invitation", INVITATION),
        ("taken_acceptance", acceptance()),
        (
            "sent_acceptance",
            SentAcceptance(journal=OTHER, secret=SECRET, plaintext_hash=HEAD, acceptance=b"{}", signature=b"x" * 64),
        ),
        ("pin", Pin(account=SAM, generation=1, chain_head=HEAD)),
        ("pairing", ComparedWords(journal=JOURNAL, account=SAM, words_hash=b"w" * 32)),
        ("verified", Verified(account=SAM, generation=1, chain_head=HEAD)),
        ("noted_head", NotedHead(journal=JOURNAL, seq=3, head=HEAD)),
        ("keyholder_label", KeyholderLabel(keyholder=b"k" * 32, label="The blue laptop")),
        (
            "confirmed",
            Confirmed(
                keyholder=b"k" * 32,
                generation=1,
                chain_head=HEAD,
                heads=(NotedHead(journal=JOURNAL, seq=3, head=HEAD),),
            ),
        ),
    ):
        require_allowed_account(state, make_document(kind, body, 0))
        state = tell(state, kind, body)
        assert parse_account_state(encode_account_state(state)) == state
    assert (state.conflicts, state.skipped, state.unknown) == ((), (), ())
    assert state.pins == {SAM: {1: HEAD}}
    assert SAM in state.verified
    assert (dict(state.invitations), state.ended) == ({b"i" * 16: INVITATION}, {})
    ended = tell(state, "ended_invitation", EndedInvitation(invitation=b"i" * 16, how="added"))
    assert dict(ended.ended) == {b"i" * 16: "added"}


def test_a_pin_never_changes_silently() -> None:
    state = tell(AccountState(), "pin", Pin(account=SAM, generation=1, chain_head=HEAD))
    with pytest.raises(PinMismatch):
        state.require_pinned(SAM, 1, HEAD2)
    state.require_pinned(SAM, 1, HEAD)
    state.require_pinned(SAM, 2, HEAD2)  # later; its descent is verified elsewhere
    state = refused(state, "pin", Pin(account=SAM, generation=1, chain_head=HEAD2), PinMismatch)
    assert state.pins[SAM] == {1: HEAD}
    with pytest.raises(PinMismatch):
        state.require_pinned(SAM, 1, HEAD)
    with pytest.raises(PinMismatch):
        state.require_no_conflict(SAM)


def test_a_later_generation_takes_the_pins_place_and_the_mark_stays() -> None:
    state = tell(AccountState(), "pin", Pin(account=SAM, generation=1, chain_head=HEAD))
    state = tell(state, "verified", Verified(account=SAM, generation=1, chain_head=HEAD))
    state = tell(state, "pin", Pin(account=SAM, generation=2, chain_head=HEAD2))
    state = tell(state, "pin", Pin(account=SAM, generation=1, chain_head=HEAD))
    assert state.pins[SAM] == {1: HEAD, 2: HEAD2}
    assert SAM in state.verified


def test_only_the_pinned_chain_is_verified() -> None:
    state = tell(AccountState(), "pin", Pin(account=SAM, generation=1, chain_head=HEAD))
    state = refused(state, "verified", Verified(account=SAM, generation=1, chain_head=HEAD2), NotAllowed)
    assert SAM not in state.verified
    assert len(state.skipped) == 1


@pytest.mark.parametrize("changed", [{"receipt_key": b"q" * 32}, {"origin": "https://b.example"}])
def test_a_journals_receipt_key_and_server_never_change_silently(changed: dict[str, object]) -> None:
    state = tell(AccountState(), "joined", joined())
    state = refused(state, "joined", joined(**changed), PinMismatch)
    assert state.journals[JOURNAL] == joined()
    with pytest.raises(PinMismatch):
        state.require_no_conflict(JOURNAL)
    state.require_no_conflict(OTHER)


def test_two_devices_that_saw_two_histories_notice_it() -> None:
    state = tell(AccountState(), "noted_head", NotedHead(journal=JOURNAL, seq=3, head=HEAD))
    state = refused(state, "noted_head", NotedHead(journal=JOURNAL, seq=2, head=HEAD2), NotAllowed)
    assert state.heads[JOURNAL].seq == 3
    state = refused(state, "noted_head", NotedHead(journal=JOURNAL, seq=3, head=HEAD2), PinMismatch)
    with pytest.raises(PinMismatch, match="different histories"):
        state.require_no_conflict(JOURNAL)


def test_an_invitation_takes_one_acceptance() -> None:
    state = refused(AccountState(), "taken_acceptance", acceptance(), NotAllowed)
    state = tell(state, "pending_invitation", INVITATION)
    state = tell(state, "taken_acceptance", acceptance())
    state = refused(state, "taken_acceptance", acceptance(OTHER), NotAllowed)
    assert state.acceptances[b"i" * 16] == acceptance()
    state = refused(state, "pending_invitation", INVITATION.model_copy(update={"n_f": b"z" * 32}), NotAllowed)
    assert state.invitations[b"i" * 16] == INVITATION


def test_a_pairing_has_one_set_of_words() -> None:
    state = tell(AccountState(), "pairing", ComparedWords(journal=JOURNAL, account=SAM, words_hash=HEAD))
    state = refused(state, "pairing", ComparedWords(journal=JOURNAL, account=SAM, words_hash=HEAD2), PinMismatch)
    assert state.pairings[JOURNAL][SAM].words_hash == HEAD


def test_a_draft_is_replaced_and_thrown_away() -> None:
    first = DraftDocument(kind="note", v=1, body={"text": "not yet"})
    state = tell(AccountState(), "draft", Draft(draft=bytes(16), journal=JOURNAL, document=first))
    assert state.drafts[bytes(16)].document == first
    assert "not yet" not in repr(state)
    assert tell(state, "draft", Draft(draft=bytes(16), journal=JOURNAL)).drafts == {}


def test_the_dots_beside_an_answer_are_not_kept() -> None:
    said = SealedAnswer(journal=JOURNAL, pair=bytes(16), k=HEAD, nonce=bytes(24), answer=b"{}", fill="." * 5000)
    state = parse_account_state(encode_account_state(tell(AccountState(), "sealed_answer", said)))
    assert [(one.answer, one.k, one.fill) for one in state.answers] == [(b"{}", HEAD, None)]


def test_secrets_are_in_no_repr() -> None:
    sent = SentAcceptance(journal=JOURNAL, secret=SECRET, plaintext_hash=HEAD, acceptance=b"{}", signature=b"x" * 64)
    for shown in (repr(INVITATION), repr(sent), str(INVITATION)):
        assert repr(SECRET) not in shown
        assert repr(b"n" * 32) not in shown


def test_nothing_is_dropped_and_nothing_applied_twice() -> None:
    state = AccountState()
    for number, document in enumerate(
        [Document("later", 1, 0, {}), Document("pin", 2, 0, {}), Document("pin", 1, 0, {"account": "short"})], 1
    ):
        applied = AppliedDocument(bytes(16), number, ME, bytes(32), document)
        state = apply_account(state, applied)
        assert apply_account(state, applied) is state
    assert len(state.unknown) == 1
    assert len(state.skipped) == 2
    assert "newer version" in state.skipped[0].reason
    assert parse_account_state(encode_account_state(state)) == state


def test_a_shared_kind_does_not_belong_in_the_account_journal() -> None:
    with pytest.raises(NotAllowed):
        require_allowed_account(AccountState(), Document("note", 1, 0, {"text": "hello"}))
    with pytest.raises(NotAllowed):
        require_allowed_account(AccountState(), Document("pin", 2, 0, {}))
    with pytest.raises(MalformedData):
        parse_account_state(b"[]")
    assert "note" not in ACCOUNT_KINDS


def closing(not_before: int = 1_795_770_000) -> PendingClosing:
    return PendingClosing(
        journal=JOURNAL,
        statement=b"{}",
        signature=b"x" * 64,
        salt=b"t" * 32,
        not_before=not_before,
        held="device",
        ends=(b"k" * 32,),
    )


def test_the_newest_closing_of_a_journal_waits_until_it_is_ended() -> None:
    state = tell(AccountState(), "pending_closing", closing())
    assert "t" * 8 not in repr(state)
    state = tell(state, "pending_closing", closing(1_795_780_000))
    assert state.closings[JOURNAL].not_before == 1_795_780_000
    assert parse_account_state(encode_account_state(state)) == state
    cancelled = tell(state, "ended_closing", EndedClosing(journal=JOURNAL, how="cancelled"))
    assert cancelled.closings == {}
    assert cancelled.cancelled == state.closings
    assert tell(cancelled, "ended_closing", EndedClosing(journal=JOURNAL, how="closed")).closed == (JOURNAL,)
    assert tell(state, "ended_closing", EndedClosing(journal=OTHER, how="closed")).closings == state.closings


def test_what_was_kept_and_erased_is_known_once() -> None:
    state = AccountState()
    for entry in (b"1" * 16, b"2" * 16, b"1" * 16):
        state = tell(state, "kept", Kept(journal=JOURNAL, entry=entry))
        state = tell(state, "erased", Erased(journal=OTHER, entry=entry))
    assert state.kept == {JOURNAL: (b"1" * 16, b"2" * 16)}
    assert state.erased == {OTHER: (b"1" * 16, b"2" * 16)}
    assert parse_account_state(encode_account_state(state)) == state


def test_where_older_keys_end_is_said_once_and_by_the_keys_after_them() -> None:
    def said(seq: int, head: int, by: int) -> AppliedDocument:
        body = Rotated(generation=2, heads=(NotedHead(journal=JOURNAL, seq=head, head=HEAD),))
        document = make_document("rotated", body, 1_700_000_000)
        return AppliedDocument(seq.to_bytes(16, "big"), seq, ME, HEAD, document, generation=by)

    state = apply_account(AccountState(), said(1, 99, by=1))
    assert state.rotated == {}
    state = apply_account(apply_account(state, said(2, 7, by=2)), said(3, 8, by=2))
    assert state.rotated[2].heads[0].seq == 7
    assert len(state.skipped) == 2


def test_a_branch_that_was_chosen_takes_the_place_of_what_was_pinned() -> None:
    state = AccountState()
    chosen = BranchChosen(account=SAM, generation=2, chain_head=HEAD2)
    pins = [Pin(account=SAM, generation=2, chain_head=head) for head in (HEAD, HEAD2)]
    for seq, (kind, body) in enumerate([*(("pin", pin) for pin in pins), ("branch_chosen", chosen)], 1):
        document = make_document(kind, body, 1_700_000_000)
        state = apply_account(state, AppliedDocument(seq.to_bytes(16, "big"), seq, ME, HEAD, document, generation=1))
    assert state.conflicts == ()
    state.require_pinned(SAM, 2, HEAD2)
    with pytest.raises(PinMismatch):
        state.require_pinned(SAM, 2, HEAD)


def test_a_longer_branch_that_was_chosen_takes_the_other_ones_earlier_pins_with_it() -> None:
    steps = [
        ("pin", Pin(account=SAM, generation=2, chain_head=HEAD)),
        ("branch_chosen", BranchChosen(account=SAM, generation=3, chain_head=HEAD2)),
        ("pin", Pin(account=SAM, generation=2, chain_head=HEAD)),
    ]
    state = AccountState()
    for seq, (kind, body) in enumerate(steps, 1):
        document = make_document(kind, body, 1_700_000_000)
        state = apply_account(state, AppliedDocument(seq.to_bytes(16, "big"), seq, ME, HEAD, document, generation=1))
    state.require_pinned(SAM, 2, HEAD2)
    assert state.pins[SAM] == {3: HEAD2}
    assert (len(state.skipped), state.conflicts) == (1, ())


def test_who_has_joined_again_has_not_left() -> None:
    state = tell(tell(AccountState(), "joined", joined(role="confidant")), "left_journal", LeftJournal(journal=JOURNAL))
    assert list(state.left) == [JOURNAL]
    state = tell(state, "joined", joined(role="partner"))
    assert state.left == {}
    assert state.journals[JOURNAL].role == "partner"
