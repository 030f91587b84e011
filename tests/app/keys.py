"""Keyholder sets and rotations of the people in the server's tests: built by hand, sent as JSON."""

import copy
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from duolog.api.pages import Placed
from duolog.protocol.accounts import SignedAccountStatement, encode_rotation, extend_chain
from duolog.protocol.codec import encode_b64
from duolog.protocol.keyholder_sets import AccountHead, KeyholderSet, parse_set, set_commitment
from duolog.protocol.log import EntryItem
from duolog.protocol.statements import statement_hash
from duolog.seal.keys import GenerationSecret, KeyholderSecret
from duolog.seal.packages import wrap_earlier_seed, wrap_package
from tests.app.people import Json, Person, account_statement, statement_of


def newest_set(person: Person) -> KeyholderSet:
    return parse_set(person.sets[-1].statement)


def following_set(person: Person, new: Sequence[KeyholderSecret] = (), **other: Any) -> KeyholderSet:
    """The next set of the same generation, with these keyholders added; `other` replaces its fields."""
    newest = newest_set(person)
    keyholders = tuple(sorted((*newest.keyholders, *(item.public for item in new)), key=lambda item: item.id))
    prev = statement_hash(person.sets[-1].statement)
    fields: Json = {"version": newest.version + 1, "prev": prev, "account_head": None, "keyholders": keyholders}
    return replace(newest, **(fields | other))


def set_request(person: Person, following: KeyholderSet, new: Sequence[KeyholderSecret] = ()) -> Json:
    """The request for a set, with packages and anchors for what is new in it."""
    return {
        "set": account_statement(person.signed(following.encode())),
        "packages": packages_for(person, new),
        "anchors": anchors_for(person, new),
    }


async def add_keyholder(person: Person, new: KeyholderSecret) -> None:
    """Add a keyholder, as its owner's program does."""
    following = following_set(person, [new])
    answer = await person.post("/v1/account/sets", set_request(person, following, [new]))
    assert answer.status_code == 204, answer.text
    person.sets.append(person.signed(following.encode()))


def packages_for(person: Person, keyholders: Sequence[KeyholderSecret]) -> list[Json]:
    newest = person.chain.newest
    return [
        {
            "keyholder": encode_b64(item.id),
            "package": encode_b64(wrap_package(person.secret, person.account, newest, item.public)),
        }
        for item in keyholders
    ]


def anchors_for(person: Person, keyholders: Sequence[KeyholderSecret]) -> list[Json]:
    return [
        {"keyholder": encode_b64(item.id), "mac": encode_b64(item.anchor(person.account))}
        for item in keyholders
        if item.kind != "device"
    ]


class Rotation:
    """A rotation of `person` to these keyholders, built but not sent. `new`: those that bring their anchor.

    `after` is the person as they will be; nothing of `person` changes before `adopt`. `other` replaces fields of the
    set.
    """

    def __init__(
        self,
        person: Person,
        keyholders: Sequence[KeyholderSecret],
        new: Sequence[KeyholderSecret] = (),
        /,
        **other: Any,
    ) -> None:
        self.before = person
        self.after = after = copy.copy(person)
        after.secrets = [*person.secrets, GenerationSecret.new(len(person.secrets) + 1)]
        log = person.account_journal.state
        fields: Json = {
            "generation": len(after.secrets),
            "rotator": keyholders[0].id,
            "keyholders": tuple(sorted((item.public for item in keyholders), key=lambda item: item.id)),
            "account_head": AccountHead(log.seq, log.head),
        }
        following = following_set(person, **(fields | other))
        link = encode_rotation(
            account=person.account,
            generation=len(after.secrets),
            prev=person.chain.newest.statement_hash,
            sign_key=after.secret.sign_key,
            box_key=after.secret.box_key,
            kem_key=after.secret.kem_key,
            keyholders=set_commitment(after.secret.salt, following.encode()),
            at=20_000,
        )
        self.link = SignedAccountStatement(link, (person.secret.sign(link), after.secret.sign(link)))
        after.statements = [*person.statements, self.link]
        after.chain = extend_chain(person.chain, self.link)
        after.sets = [*person.sets, after.signed(following.encode())]
        after.account_journal = copy.copy(person.account_journal)
        after.account_journal.founder = after
        self.push = self._lift()
        self.request: Json = {
            "rotation": account_statement(self.link),
            "set": account_statement(after.sets[-1]),
            "packages": packages_for(after, keyholders),
            "anchors": anchors_for(after, new),
            "earlier_seed": encode_b64(
                wrap_earlier_seed(person.secret, person.account, person.chain.newest, after.chain.newest)
            ),
            "account_journal": push_body(*self.push),
            "closings": [],
        }

    def _lift(self) -> tuple[Placed, Placed]:
        """The `rotate` of the account journal, and an entry in its new epoch."""
        diary, after = self.after.account_journal, self.after
        lifted = diary.change("rotate", [after], fresh=True, members=(after.member(),))
        diary.follow(lifted)
        entry = diary.entry(after, "rotated")
        diary.follow(entry)
        return lifted, entry

    def adopt(self) -> Person:
        """The rotation was taken: `person` goes on with the new keys."""
        vars(self.before).update(vars(self.after) | {"headers": self.before.headers})
        self.before.account_journal.founder = self.before
        return self.before


async def rotate(
    person: Person, keyholders: Sequence[KeyholderSecret], new: Sequence[KeyholderSecret] = ()
) -> Rotation:
    """Rotate, as the person's program does."""
    rotation = Rotation(person, keyholders, new)
    answer = await person.post("/v1/account/rotations", rotation.request)
    assert answer.status_code == 200, answer.text
    rotation.adopt()
    return rotation


def new_device() -> KeyholderSecret:
    return KeyholderSecret.new("device")


def some_bytes(size: int) -> str:
    return encode_b64(secrets.token_bytes(size))


def push_body(*placed: Placed) -> Json:
    """A push as JSON."""
    items: list[Json] = []
    for item in placed:
        if isinstance(item.item, EntryItem):
            blob = encode_b64(item.item.blob or b"")
            items.append({"kind": "entry", "header": encode_b64(item.item.header), "blob": blob})
        else:
            items.append({"kind": "statement"} | statement_of(item))
    return {"items": items}
