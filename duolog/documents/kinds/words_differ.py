"""`words_differ`: its author compared the eight words of a pairing, and they were not the same.

Rules
- It counts while the other partner is provisional, and speaks for its author alone.
- It verifies nobody and ends nothing. It is a warning, so a false one only makes people careful.
- It names the acceptance that the words were made of. For a later pairing in the same journal it says nothing.
"""

from pydantic import TypeAdapter

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import AccountId, Body, Hash
from duolog.documents.kind import Kind
from duolog.documents.voice import Voice
from duolog.errors import NotAllowed


class WordsDiffer(Body):
    """The pairing whose words differ: the statement hash of its acceptance, 32 bytes."""

    acceptance: Hash


Differing = dict[AccountId, WordsDiffer]


def reduce_words_differ(
    state: Differing, applied: AppliedDocument, body: WordsDiffer, context: Membership
) -> Differing:
    """Record it as its author's newest. Raises: NotAllowed for anybody but a partner, and once both have verified."""
    if applied.author not in context.partners:  # check: documents.differ_partner
        raise NotAllowed("Only a partner compares the words of a partner.")
    if not context.provisional:  # check: documents.differ_provisional
        raise NotAllowed("Both of you have confirmed the words.")
    return {applied.author: body}


def describe_words_differ(applied: AppliedDocument, body: WordsDiffer, voice: Voice, state: Differing) -> str:
    """`Sam found that the eight words differ`."""
    return f"{voice.name(applied.author)} found that the eight words differ"


KIND = Kind("words_differ", 1, TypeAdapter(WordsDiffer), describe_words_differ, Differing, reduce_words_differ)
