"""Two people who can move from the first server to another one."""

from dataclasses import dataclass

from duolog.client import Duolog


@dataclass
class Two:
    """Ada and Sam on the first server, with a note that both have read, and Ada's words."""

    ada: Duolog
    sam: Duolog
    journal: bytes
    words: str


async def texts(person: Duolog, journal: bytes) -> list[str]:
    timeline = await person.timeline(journal)
    return [item.body["text"] for item in timeline if item.kind == "note" and item.body is not None]
