"""Faults that an audit finds: where they are, and a sentence about each."""

from dataclasses import dataclass, field
from typing import Literal

from duolog.protocol.codec import encode_b64

MOST = 1000  # faults that are listed; all are counted

Kind = Literal["account", "journal", "row", "attachment"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one account or journal. `seq`: of the item in a journal's log, where it is one item's."""

    kind: Kind
    id: bytes
    sentence: str
    seq: int | None = None

    @property
    def line(self) -> str:
        """The fault as a line for the operator."""
        place = "" if self.seq is None else f", item {self.seq}"
        return f"{self.kind} {encode_b64(self.id)}{place}: {self.sentence}"

    def as_json(self) -> dict[str, object]:
        """The fault for scripts."""
        return {"kind": self.kind, "id": encode_b64(self.id), "seq": self.seq, "fault": self.sentence}


@dataclass(slots=True)
class Report:
    """The result of an audit: how much was verified, and the first `MOST` faults."""

    accounts: int = 0
    journals: int = 0
    items: int = 0
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, kind: Kind, id_: bytes, sentence: str, seq: int | None = None) -> None:
        """Note a fault."""
        self.count += 1
        if len(self.faults) < MOST:
            self.faults.append(Fault(kind, id_, sentence, seq))
