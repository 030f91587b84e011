"""Accounts and journals that live on another server, and what their owners bring from there."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from app.receipts.service import ReceiptSigner
from duolog.api.pages import Placed
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.log import EntryItem, LogState, StatementItem, append_item, empty_log
from duolog.protocol.receipts import Receipt
from duolog.seal.keys import KeyholderSecret
from duolog.seal.packages import wrap_earlier_seed
from tests.app.keys import anchors_for, newest_set, packages_for
from tests.app.people import Diary, Json, Person, account_statement, login, statement_of

ELSEWHERE = "https://elsewhere.test"


@dataclass
class Elsewhere:
    """A journal as it stands on another server, whose receipts are signed by `signer`."""

    diary: Diary
    signer: ReceiptSigner = field(default_factory=lambda: ReceiptSigner([b"\x07" * 32]))
    placed: list[Placed] = field(default_factory=list)
    receipts: dict[int, Receipt] = field(default_factory=dict)
    time: int = 1_780_000_000

    def __post_init__(self) -> None:
        self._state: LogState = empty_log(self.diary.journal)
        genesis, grants = self.diary.genesis
        self._take(Placed(0, StatementItem(genesis), grants))

    def twin(self) -> "Elsewhere":
        """The same history, to be changed alone."""
        other = copy.copy(self)
        other.placed, other.receipts = list(self.placed), dict(self.receipts)
        return other

    def push(self, *placed: Placed) -> None:
        """The other server accepts this."""
        self.diary.follow(*placed)
        self._take(*placed)

    def _take(self, *placed: Placed) -> None:
        for item in placed:
            seq = self._state.seq + 1
            self._state = append_item(self._state, seq, item.item, self.diary.chains)
            self.placed.append(Placed(seq, item.item, item.grants))
        state, self.time = self._state, self.time + 1
        self.receipts[state.seq] = self.signer.sign(state.journal, state.seq, state.head, self.time)

    def page(self, carrier: Person, first: int = 1, last: int | None = None, **other: Any) -> Json:
        """The pushes between two seqs as `carrier` holds them; everything there is unless told."""
        end = len(self.placed) if last is None else last
        items = [carried(item, carrier.account) for item in self.placed[first - 1 : end]]
        chains = {person.account: person for person in (self.diary.founder, *self.diary.people)}
        fields: Json = {
            "origin": ELSEWHERE,
            "receipt_key": encode_b64(self.signer.keys[-1].key),
            "chains": [chain(person) for person in chains.values()],
            "items": items,
            "receipts": [receipt(item) for seq, item in self.receipts.items() if first <= seq <= end],
            "last": last is None,
        }
        return fields | other

    async def carry(self, carrier: Person, first: int = 1, last: int | None = None, **other: Any) -> httpx2.Response:
        """Bring these pushes to the server."""
        page = self.page(carrier, first, last, **other)
        return await carrier.post(f"/v1/carried/journals/{encode_b64(self.diary.journal)}", page)


def history(eve: Person, adam: Person) -> Elsewhere:
    """A couple's journal there: made, paired, and written in by both."""
    there = Elsewhere(Diary(eve))
    diary = there.diary
    there.push(diary.entry(eve, "alone"))
    there.push(diary.add(adam, [eve]))
    there.push(diary.change("verify", [eve, adam], provisional=False))
    there.push(diary.entry(eve, "one"), diary.entry(eve, "two"))
    there.push(diary.entry(adam, "three"))
    return there


def carried(placed: Placed, reader: bytes) -> Json:
    """An item as one member holds it."""
    if isinstance(placed.item, EntryItem):
        return {
            "kind": "entry",
            "seq": placed.seq,
            "header": encode_b64(placed.item.header),
            "blob": None if placed.item.blob is None else encode_b64(placed.item.blob),
            "blob_hash": encode_b64(placed.item.hash_of_blob),
        }
    own = {account: grant for account, grant in placed.grants.items() if account == reader}
    return {"kind": "statement", "seq": placed.seq} | statement_of(Placed(placed.seq, placed.item, own))


def receipt(item: Receipt) -> Json:
    head, signature = encode_b64(item.head), encode_b64(item.signature)
    return {"seq": item.seq, "head": head, "time": item.time, "signature": signature}


def chain(person: Person) -> Json:
    statements = [account_statement(item) for item in person.statements]
    return {"account": encode_b64(person.account), "statements": statements}


def keyholders_of(person: Person, extra: Sequence[KeyholderSecret] = ()) -> list[KeyholderSecret]:
    """The secrets of everybody in the newest set."""
    known = {item.id: item for item in (person.device, person.sheet, *extra)}
    return [known[item.id] for item in newest_set(person).keyholders]


async def account_request(
    person: Person, by: KeyholderSecret | None = None, extra: Sequence[KeyholderSecret] = ()
) -> Json:
    """The request that brings a person's account, logged in by one of their keyholders."""
    keyholder = by or person.device
    asked = await person.http.post("/v1/challenges", json={"keyholder": encode_b64(keyholder.id)})
    keyholders = keyholders_of(person, extra)
    generations = person.chain.generations
    return {
        "log_in": login(keyholder, asked.json()["challenge"]),
        "chain": [account_statement(item) for item in person.statements],
        "sets": [account_statement(item) for item in person.sets],
        "packages": packages_for(person, keyholders),
        "anchors": anchors_for(person, keyholders),
        "earlier_seeds": [
            {
                "generation": number,
                "sealed": encode_b64(
                    wrap_earlier_seed(
                        *(person.secrets[number - 1], person.account, generations[number - 1], generations[number])
                    )
                ),
            }
            for number in range(1, len(generations))
        ],
    }


async def bring(person: Person, **options: Any) -> httpx2.Response:
    """Bring an account from elsewhere, and log in with it."""
    answer = await person.http.post("/v1/carried/accounts", json=await account_request(person, **options))
    if answer.status_code == 201:
        assert parse_b64(answer.json()["account"]) == person.account
        person.headers = {"authorization": f"Bearer {answer.json()['token']}"}
    return answer
