"""`moved` and `account_moved`: where a member, or an own device, has gone."""

from duolog.documents.account import apply_account
from duolog.documents.account_kinds import AccountMoved, Joined, NotedHead
from duolog.documents.account_state import AccountState
from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import Body
from duolog.documents.journal import apply, describe
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.moved import Moved
from duolog.documents.registry import is_step, make_document
from duolog.documents.voice import Voice

ADA, SAM = b"\x01" * 32, b"\x02" * 32
JOURNAL, OTHER = b"\x03" * 32, b"\x04" * 32
HERE, THERE = "https://here.example", "https://there.example"
OLD_KEY, NEW_KEY = b"\x05" * 32, b"\x06" * 32
PARTNERS = Membership(frozenset({ADA, SAM}))


def say(state: JournalState, author: bytes, origin: str) -> JournalState:
    seq = len(state.timeline) + 1
    document = make_document("moved", Moved(origin=origin, receipt_key=NEW_KEY), 0)
    return apply(state, AppliedDocument(bytes([seq]) * 16, seq, author, bytes(32), document), PARTNERS)


def note(state: AccountState, kind: str, body: Body) -> AccountState:
    seq = state.seq + 1
    document = make_document(kind, body, 0)
    return apply_account(state, AppliedDocument(bytes([seq]) * 16, seq, ADA, bytes(32), document))


def test_the_newest_of_each_member_counts() -> None:
    state = say(say(say(JournalState(), ADA, "https://first.example"), SAM, HERE), ADA, THERE)
    assert {account: move.said.origin for account, move in state.moves.items()} == {ADA: THERE, SAM: HERE}
    voice = Voice(name=lambda account: "Ada", when=str)
    assert describe(state, state.timeline[-1], voice) == f"Ada goes on with this journal at {THERE}"
    assert is_step("moved")


def test_journals_of_the_old_server_are_at_the_new_one_and_others_are_not() -> None:
    state = note(AccountState(), "joined", Joined(journal=JOURNAL, role="partner", receipt_key=OLD_KEY, origin=HERE))
    third = "https://third.example"
    state = note(state, "joined", Joined(journal=OTHER, role="partner", receipt_key=OLD_KEY, origin=third, name="x"))
    state = note(state, "noted_head", NotedHead(journal=JOURNAL, seq=9, head=ADA))
    moved = AccountMoved(
        origin=THERE,
        receipt_key=NEW_KEY,
        from_origin=HERE,
        from_receipt_key=OLD_KEY,
        heads=(NotedHead(journal=JOURNAL, seq=8, head=SAM),),
    )
    state = note(state, "account_moved", moved)
    assert state.moved == moved
    assert (state.journals[JOURNAL].origin, state.journals[JOURNAL].receipt_key) == (THERE, NEW_KEY)
    assert (state.journals[OTHER].origin, state.journals[OTHER].name) == (third, "x")
    assert state.heads[JOURNAL].seq == 8
    assert not state.conflicts
    again = Joined(journal=JOURNAL, role="partner", receipt_key=NEW_KEY, origin=THERE)
    assert not note(state, "joined", again).conflicts
