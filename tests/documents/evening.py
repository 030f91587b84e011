"""Ada and Sam at the reducers' table: each writes, nothing is encrypted, everybody's state is made of the same log."""

from __future__ import annotations

from dataclasses import dataclass, field

from duolog.documents.applied import DAY, AppliedDocument, Membership
from duolog.documents.bodies import Answer, Body
from duolog.documents.journal import apply, require_allowed
from duolog.documents.journal_state import Item, JournalState
from duolog.documents.kinds.boundary_texts import Boundary, Propose, Wording
from duolog.documents.registry import make_document
from duolog.documents.voice import Voice
from duolog.protocol.codec import sha256
from duolog.protocol.messages import Document

ADA = b"a" * 32
SAM = b"s" * 32
KIM = b"k" * 32  # a stranger, or a confidant
JOURNAL = b"j" * 32
BOTH = Membership(frozenset({ADA, SAM}), journal=JOURNAL)
START = 1_700_000_000  # Unix seconds
NAMES = {ADA: "Ada", SAM: "Sam", KIM: "Kim"}
VOICE = Voice(name=lambda account: NAMES[account], when=lambda at: f"day {(at - START) // DAY}")


def wording(text: str = "No late chats.", binds: str = "both", **fields: object) -> Wording:
    return Wording.model_validate({"topic": "communication", "text": text, "binds": binds, **fields})


@dataclass
class Evening:
    """A log in order. `day` is the author's clock, in days from the start; `late`: days from there to the receipt."""

    context: Membership = BOTH
    state: JournalState = field(default_factory=JournalState)
    log: list[tuple[AppliedDocument, Membership]] = field(default_factory=list)
    day: float = 0
    late: float = 0

    def append(self, author: bytes, document: Document, refused: tuple[int, ...] = (), generation: int = 1) -> Item:
        """What the server let in, allowed or not."""
        seq = len(self.log) + 1
        entry = sha256(b"entry", bytes([seq % 256, seq // 256]))[:16]
        message = sha256(b"message", entry)
        applied = AppliedDocument(entry, seq, author, message, document, self.received(document), refused, generation)
        self.log.append((applied, self.context))
        self.state = apply(self.state, applied, self.context)
        return self.state.timeline[-1]

    def received(self, document: Document) -> int:
        """The time of the receipt."""
        return document.at + int(self.late * DAY)

    def document(self, kind: str, body: Body) -> Document:
        return make_document(kind, body, START + int(self.day * DAY))

    def forge(self, author: bytes, body: Body, kind: str = "boundary") -> Item:
        """Sends without asking the rules, as a changed client would."""
        return self.append(author, self.document(kind, body))

    def write(self, author: bytes, body: Body, kind: str = "boundary") -> Item:
        """Sends as the author's own client does: refused before sending, or without a reason to skip it."""
        document = self.document(kind, body)
        require_allowed(self.state, document, author, self.context, self.received(document))
        item = self.append(author, document)
        assert item.skipped is None, item.skipped
        return item

    def propose(self, author: bytes = ADA, text: str = "No late chats.", **fields: object) -> Item:
        return self.write(author, Propose(wording=wording(text, **fields)))  # type: ignore[arg-type]

    @property
    def boundary(self) -> Boundary:
        """The newest."""
        return list(self.state.boundaries.values())[-1]

    def stage(self) -> str:
        """Of the newest boundary."""
        return self.boundary.stage


def answer(item: Item) -> Answer:
    return Answer(entry=item.applied.entry, message=item.applied.message)
