"""`words_differ`: a partner's warning before the words of both are confirmed. It verifies nobody and binds nobody."""

from __future__ import annotations

import pytest

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.journal import apply, describe, encode_state, parse_state, require_allowed
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.words_differ import KIND, WordsDiffer
from duolog.documents.registry import is_step
from duolog.documents.voice import Voice
from duolog.errors import NotAllowed
from duolog.protocol.codec import encode_b64
from duolog.protocol.messages import Document

ADA, SAM, KIM = b"a" * 32, b"s" * 32, b"k" * 32
PROVISIONAL = Membership(partners=frozenset({ADA, SAM}), provisional=True)
VERIFIED = Membership(partners=frozenset({ADA, SAM}))
VOICE = Voice(name=lambda account: "Ada" if account == ADA else "Sam", when=str)


def said(author: bytes, acceptance: bytes = b"1" * 32, seq: int = 1) -> AppliedDocument:
    document = Document("words_differ", 1, 1_700_000_000, {"acceptance": encode_b64(acceptance)})
    return AppliedDocument(bytes([seq]) * 16, seq, author, b"m" * 32, document)


def test_it_is_kept_for_its_author_and_the_newest_counts() -> None:
    state = JournalState()
    for seq, one in enumerate((said(ADA), said(SAM), said(ADA, b"2" * 32)), 1):
        applied = AppliedDocument(bytes([seq]) * 16, seq, one.author, one.message, one.document)
        state = apply(state, applied, PROVISIONAL)
    assert state.part(KIND) == {ADA: WordsDiffer(acceptance=b"2" * 32), SAM: WordsDiffer(acceptance=b"1" * 32)}
    assert parse_state(encode_state(state)).part(KIND) == state.part(KIND)
    assert describe(state, state.timeline[1], VOICE) == "Sam found that the eight words differ"


@pytest.mark.parametrize(
    ("author", "context", "why"), [(ADA, VERIFIED, "have confirmed"), (KIM, PROVISIONAL, "Only a partner")]
)
def test_it_has_no_effect_once_both_have_verified_or_by_somebody_else(
    author: bytes, context: Membership, why: str
) -> None:
    state = apply(JournalState(), said(author), context)
    assert state.part(KIND) == {}
    assert why in state.skipped[0].reason
    with pytest.raises(NotAllowed, match=why):
        require_allowed(JournalState(), said(author).document, author, context)


def test_it_can_be_neither_withdrawn_nor_commented() -> None:
    assert is_step("words_differ")
    assert KIND.machine is None
