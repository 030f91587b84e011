"""Vectors of documents: a log of them in, what the reducers make of it out."""

from typing import Any

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.journal import apply_all
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds import disclosure
from duolog.documents.registry import KINDS
from duolog.protocol import messages
from duolog.protocol.codec import encode_b64, parse_b64

Json = dict[str, Any]


def boundaries(case: Json) -> Json:
    """Each document's effect, and the stage of each boundary behind the last of them."""
    state = _documents(case)
    return _effects(state) | {"stages": [boundary.stage for boundary in state.boundaries.values()]}


def disclosures(case: Json) -> Json:
    """Each document's effect, and how each letter stands behind the last of them."""
    state = _documents(case)
    letters = state.part(disclosure.KIND).values()
    return _effects(state) | {
        "stages": [letter.standing for letter in letters],
        "aside": [sorted(map(encode_b64, letter.marks.get("aside", {}))) for letter in letters],
        "unheard": [bool(letter.counts.get("unheard")) for letter in letters],
    }


def things(case: Json) -> Json:
    """Each document's effect; of each thing of one kind its stage, its times, and who has a mark in which register."""
    state = _documents(case)
    found = state.part(KINDS[case["of"]]).values()
    return _effects(state) | {
        "stages": [thing.standing for thing in found],
        "times": [thing.times for thing in found],
        "marks": [
            {register: sorted(map(encode_b64, marks)) for register, marks in thing.marks.items()} for thing in found
        ],
    }


def _documents(case: Json) -> JournalState:
    journal = parse_b64(case.get("journal", ""))
    context = Membership(frozenset(map(parse_b64, case["partners"])), journal=journal)
    documents = [
        AppliedDocument(
            *(parse_b64(item["entry"]), seq, parse_b64(item["author"]), parse_b64(item["message"])),
            messages.Document(item["kind"], item["v"], item["at"], item["body"]),
            received=item["received"],
            refused=tuple(item.get("refused", ())),
        )
        for seq, item in enumerate(case["documents"], 1)
    ]
    return apply_all(JournalState(), [(item, context) for item in documents])


def _effects(state: JournalState) -> Json:
    return {
        "documents": [{"effective": item.applied.effective, "without_effect": item.skipped} for item in state.timeline]
    }
