"""`went_on`: a partner's word that they went on after a restoration. It binds nobody."""

import pytest

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.journal import apply, describe, require_allowed
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.went_on import KIND
from duolog.documents.voice import Voice
from duolog.errors import NotAllowed
from duolog.protocol.codec import encode_b64
from duolog.protocol.messages import Document

ADA, SAM, KIM = b"a" * 32, b"s" * 32, b"k" * 32
PARTNERS = Membership(partners=frozenset({ADA, SAM}))
VOICE = Voice(name=lambda account: "Ada" if account == ADA else "Sam", when=str)
BODY = {"seq": 7, "head": encode_b64(bytes(32)), "restored_at": 1_790_000_000}


def said(author: bytes, seq: int = 1) -> AppliedDocument:
    return AppliedDocument(bytes([seq]) * 16, seq, author, b"m" * 32, Document("went_on", 1, 1_790_600_000, BODY))


def test_it_stands_for_its_author_and_is_told_in_plain_words() -> None:
    state = apply(JournalState(), said(ADA), PARTNERS)
    assert [*state.part(KIND)] == [ADA]
    assert state.part(KIND)[ADA].seq == 7
    told = describe(state, state.timeline[0], VOICE)
    assert told == "Ada went on with this journal after the server had gone back to an older state"


def test_somebody_who_reads_along_says_nothing_by_it() -> None:
    with pytest.raises(NotAllowed, match="Only a partner"):
        require_allowed(JournalState(), said(KIM).document, KIM, PARTNERS)
    state = apply(JournalState(), said(KIM), PARTNERS)
    assert state.part(KIND) == {}
    assert state.skipped
