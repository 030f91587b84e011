"""Random logs of account journals: every kind, with pins that contradict each other and bodies that are damaged."""

from collections.abc import Callable, Mapping
from random import Random
from typing import TypeVar

from duolog.documents.account import apply_account
from duolog.documents.account_state import AccountState
from duolog.documents.applied import AppliedDocument
from duolog.protocol.codec import parse_b64, sha256
from duolog.protocol.messages import Document
from vectors import plain
from vectors.samples import damaged
from vectors.values import START, Json, text

T = TypeVar("T")
_ME = sha256(b"ada")


class Of:
    """Values of one body. There are few of each type, so that documents meet."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def data(self, size: int, many: int = 2) -> str:
        return text(bytes([self._random.randrange(many)]) * size)

    def number(self, many: int = 3) -> int:
        return self._random.randrange(1, many + 1)

    def one(self, *values: T) -> T:
        return self._random.choice(values)

    def head(self) -> Json:
        return {"journal": self.data(32), "seq": self.number(), "head": self.data(32)}

    def pin(self) -> Json:
        return {"account": self.data(32), "generation": self.number(), "chain_head": self.data(32)}

    def heads(self) -> Json:
        return self.one({}, {"heads": None}, {"heads": []}, {"heads": [self.head(), self.head()]})


BODIES: Mapping[str, Callable[[Of], Json]] = {
    "joined": lambda of: {
        "journal": of.data(32),
        "role": of.one("partner", "confidant"),
        "receipt_key": of.data(32, 1),
        "origin": of.one("https://a.example", "https://a.example", "https://b.example"),
        **of.one({}, {"name": "Ours"}, {"name": None}),
    },
    "pin": Of.pin,
    "verified": Of.pin,
    "noted_head": Of.head,
    "account_moved": lambda of: {
        "origin": "https://b.example",
        "receipt_key": of.data(32),
        "from_origin": "https://a.example",
        "from_receipt_key": of.data(32),
        **of.heads(),
    },
    "keyholder_label": lambda of: {"keyholder": of.data(32), "label": of.one("Phone", "Sheet")},
    "pending_invitation": lambda of: {
        "invitation": of.data(16),
        "journal": of.data(32),
        "secret": of.data(16),
        "n_f": of.data(32),
        "plaintext_hash": of.data(32),
        "role": "confidant",
        "rights": of.one("read", "write"),
        "expires": START,
        **of.one({}, {"until": START}),
    },
    "taken_acceptance": lambda of: {
        "invitation": of.data(16),
        "account": of.data(32),
        "acceptance": of.data(9),
        "signature": of.data(64),
    },
    "ended_invitation": lambda of: {"invitation": of.data(16), "how": of.one("added", "revoked", "expired")},
    "sent_acceptance": lambda of: {
        "journal": of.data(32),
        "secret": of.data(16),
        "plaintext_hash": of.data(32),
        "acceptance": of.data(9),
        "signature": of.data(64),
    },
    "pairing": lambda of: {"journal": of.data(32), "account": of.data(32), "words_hash": of.data(32)},
    "draft": lambda of: {
        "draft": of.data(16),
        "journal": of.data(32),
        **of.one({}, {"document": None}, {"document": {"kind": "note", "v": 1, "body": {"text": "Rain."}}}),
    },
    "sealed_answer": lambda of: {
        "journal": of.data(32),
        "pair": of.data(16),
        "k": of.data(32),
        "nonce": of.data(24),
        "answer": of.data(7),
        **of.one({}, {"fill": "..."}),
    },
    "rotated": lambda of: {"generation": of.number(2), **of.heads(), "removed": of.one([], None, [of.data(32)])},
    "pending_closing": lambda of: {
        "journal": of.data(32),
        "statement": of.data(5),
        "signature": of.data(64),
        "salt": of.data(32),
        "not_before": START,
        "held": of.one("server", "device"),
        "ends": of.one(None, [of.data(32)]),
    },
    "ended_closing": lambda of: {"journal": of.data(32), "how": of.one("closed", "cancelled")},
    "branch_chosen": Of.pin,
    "declined_proposal": lambda of: {
        "journal": of.data(32),
        "change": of.one("add", "extend"),
        "account": of.data(32, 1),
        "rights": of.one("read", "write"),
        "until": START,
        "at": START + of.number(),
    },
    "left_journal": lambda of: {"journal": of.data(32)},
    "kept": lambda of: {"journal": of.data(32), "entry": of.data(16, 4)},
    "erased": lambda of: {"journal": of.data(32), "entry": of.data(16, 4)},
    "confirmed": lambda of: {
        "keyholder": of.data(32),
        "generation": of.number(),
        "chain_head": of.data(32),
        **of.heads(),
        **of.one({}, {"with_account": of.data(32)}),
    },
}


def account_case(random: Random, name: str, length: int, odd: float = 0.1) -> Json:
    """A random account journal, with what it comes to. `odd`: how likely a body is damaged."""
    documents: list[Json] = []
    for number in range(length):
        kind = random.choice([*BODIES, "note"])
        body = BODIES[kind](Of(random)) if kind in BODIES else {"text": "Rain."}
        if random.random() < odd:
            body = damaged(random, body)
        document: Json = {
            "entry": text(sha256(b"entry", bytes([number]))[:16]),
            "seq": number + random.choice((0, 1, 1)),
        }
        document |= {"kind": kind, "v": 2 if random.random() < odd / 5 else 1, "at": START, "body": body}
        documents.append(document | {"generation": random.choice((1, 1, 2))})
    state = account_state(documents)
    case: Json = {"name": name, "kind": "account_state", "documents": documents}
    return case | {"gives": plain.account(state)}


def account_state(documents: list[Json]) -> AccountState:
    """The state after the documents of an account journal."""
    state = AccountState()
    for item in documents:
        document = Document(item["kind"], item["v"], item["at"], item["body"])
        entry, generation = parse_b64(item["entry"]), item["generation"]
        state = apply_account(
            state, AppliedDocument(entry, item["seq"], _ME, bytes(32), document, generation=generation)
        )
    return state
