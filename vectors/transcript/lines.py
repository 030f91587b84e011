"""The file's lines, and the acts that they make."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from duolog.protocol.codec import encode_b64, parse_b64

Json = dict[str, Any]
FILE = Path(__file__).parents[1] / "transcript.jsonl"
_READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer, each as its line has it."""

    request: Json
    answer: Json

    @property
    def number(self) -> int:
        """The number of the request, from 1."""
        number: int = self.request["request"]
        return number

    @property
    def writes(self) -> bool:
        """Whether it may change something at the server."""
        return self.request["method"] not in _READING


@dataclass(slots=True)
class Act:
    """One thing that one program is told to do. `draws`: lines of its randomness. `line`: what it is told."""

    line: Json
    draws: list[Json] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    gives: Json = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The number of the act, from 1; 0 stands for what comes before the first."""
        number: int = self.line["act"]
        return number

    def __str__(self) -> str:
        return f"act {self.number} ({self.line['by']}: {self.line['verb']})"


def read(file: Path = FILE) -> list[Json]:
    """Every line of a transcript."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def written(lines: Iterable[Json]) -> str:
    """Lines as the file holds them."""
    return "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)


def acts_of(lines: Iterable[Json]) -> Iterator[Act]:
    """The acts in order. The server's draws are left out."""
    act: Act | None = None
    asked: Json = {}
    for line in lines:
        if "act" in line:
            if act is not None:
                yield act
            act = Act(line)
        elif act is None or line.get("by") == "server":
            continue
        elif "random" in line or "hpke" in line:
            act.draws.append(line)
        elif "request" in line:
            asked = line
        elif "answer" in line:
            act.exchanges.append(Exchange(asked, line))
        elif "gives" in line:
            act.gives = line["gives"]
    if act is not None:
        yield act


def content(media: str, data: bytes) -> Json:
    """A body as lines hold it: JSON as such, other bytes as base64url."""
    if not data:
        return {}
    if media.endswith("json"):
        return {"media": media, "body": json.loads(data)}
    return {"media": media, "bytes": encode_b64(data)}


def bytes_of(line: Json) -> bytes | None:
    """The body of a line as it travels; None where there is none."""
    if "bytes" in line:
        return parse_b64(line["bytes"])
    return json.dumps(line["body"], separators=(",", ":")).encode() if "body" in line else None
