"""A server that lies on demand, and a couple on it whose journal a client in another language reads.

`python -m tests.web.evening` prints a line of JSON: the server's address, the journal, its texts, and all that Sam's
home holds of his account, the secrets too. Then it takes orders, a line each, and answers a line each:

    commit NAME     the server lies from now on, by an attack of the hostile catalogue
    stop            it is honest again
    write TEXT      Ada writes a note
    rotate ada      she changes her keys, and the journal's with them; so does `rotate sam`
    let in CODE     Ada's device shows her account to the new device with this code; its eight words
    let in          Ada says that the words are the same
    enroll          a new device shows its code, to be let into an account by a client in another language
    enrolled        its eight words; `enrolled yes`: it opens the account
    tablet texts    what that device reads in the journal that its account has
    tablet          it syncs; the error's name, or "well"
    revoke ID       Ada revokes a keyholder
    withdraw ENTRY  Ada withdraws a text of hers
    confidant       Ada makes a journal and lets somebody in as its confidant; all that their home holds. She proposes
                    another one to Sam by `confidant proposed`, which gives the words to compare
    admitted        who is in that journal; `admitted proposed`: what became of the proposal
    lag             Sam's other device changes his keys, and not yet the journal's with them
    texts           what Ada reads, after a sync; `texts new` in the journal that `invite` made
    do [P, M, ...]  Ada calls the method M of her practice P (`boundaries`, `check_ins`) with what follows, between two
                    syncs; an object `{"b64": ...}` among it is bytes
    things KIND     what Ada is shown of each thing of a kind, after a sync
    invite          Ada makes another journal, and a link to it
    join LINK       Ada joins by another's link; then it is about that journal
    words           what Ada compares there, after a sync
    same            she says that the words are the same, and syncs

It ends with its input. `python -m tests.web.evening alone` has Ada alone, and no journal: it begins sooner.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from duolog.client import Duolog, Enrollment, HttpTransport, Written
from duolog.client.account.rotating import Wanted, rotate
from duolog.client.home.records import SETS
from duolog.errors import DuologError
from duolog.protocol.codec import JsonObject, encode_b64, parse_b64
from duolog.seal.chains import encode_link
from duolog.seal.words import Words
from hostile.control import Control
from hostile.liar import Liar
from hostile.served import own_server
from tests.client.couple import UNLOCK, pair

FIRST = ("Thank you for calling from the station.", "I was glad to.")


async def main() -> None:
    """Serve, say what there is, and obey until the input ends."""
    with tempfile.TemporaryDirectory() as folder:
        words: list[Words] = []
        async with own_server(Path(folder)) as (liar, origin), _registered(origin, words) as ada:
            if "alone" in sys.argv[1:]:
                _say({"origin": origin})
                await _obey(liar, {"ada": ada}, b"")
            else:
                await _as_a_couple(liar, origin, ada, words)


async def _as_a_couple(liar: Liar, origin: str, ada: Duolog, words: list[Words]) -> None:
    async with _registered(origin, words) as sam:
        journal = await pair(ada, sam)
        for person, text in zip((ada, sam), FIRST, strict=True):
            await person.write(journal, "note", {"text": text})
            await person.sync()
        await sam.sync()
        shown = {"origin": origin, "journal": encode_b64(journal), "texts": FIRST}
        _say(shown | {"sam": _home_of(sam), "words": " ".join(words[1])})
        await _obey(liar, {"ada": ada, "sam": sam}, journal)


@asynccontextmanager
async def _registered(origin: str, words: list[Words]) -> AsyncIterator[Duolog]:
    made = await Duolog.register(HttpTransport(origin), home=None, unlock=UNLOCK)
    words.append(made.words)
    async with made.duolog as duolog:
        yield duolog


def _home_of(person: Duolog) -> JsonObject:
    """All that a home of the same device needs."""
    context = person._context
    identity, account = context.identity, context.account
    return {
        "keyholder_seed": encode_b64(context.home.keyholder.seed),
        "account": encode_b64(account),
        "account_journal": encode_b64(identity.account_journal),
        "seeds": [encode_b64(identity.secrets[generation].seed) for generation in sorted(identity.secrets)],
        "chain": [encode_link(item) for item in context.chains.statements(account)],
        "sets": [encode_link(item) for item in SETS.load(context.store) or ()],
        "receipt_keys": [encode_b64(key) for key in context.receipt_keys()],
    }


async def _obey(liar: Liar, people: Mapping[str, Duolog], journal: bytes) -> None:
    orders, control = Orders(people, journal), Control(liar)
    while line := await asyncio.to_thread(sys.stdin.readline):
        word, _, rest = line.strip().partition(" ")
        order = getattr(orders, word, None)
        _say({"said": control.obey(line.strip())} if order is None else await order(rest))


class Orders:
    """What the people do when they are told, an order a method. `new`: the journal that Ada made or joined since."""

    def __init__(self, people: Mapping[str, Duolog], journal: bytes) -> None:
        self._people, self._journal, self._new = people, journal, b""
        self._ada = people["ada"]
        tablet = Tablet(self._ada)
        self.let, self.enroll, self.enrolled, self.tablet = tablet.let, tablet.enroll, tablet.enrolled, tablet.tell
        friend = Friend(self._ada, journal)
        self.confidant, self.admitted = friend.confidant, friend.admitted

    async def write(self, text: str) -> JsonObject:
        await self._ada.write(self._journal, "note", {"text": text})
        await self._ada.sync()
        return {"written": text}

    async def texts(self, which: str) -> JsonObject:
        await self._ada.sync()
        return {"texts": await _texts(self._ada, self._new if which == "new" else self._journal)}

    async def do(self, call: str) -> JsonObject:
        await self._ada.sync()
        practice, method, *given = json.loads(call)
        written = await getattr(getattr(self._ada, practice)(self._journal), method)(*map(_given, given))
        await self._ada.sync()
        return {"done": encode_b64(written.entry) if isinstance(written, Written) else str(written)}

    async def things(self, kind: str) -> JsonObject:
        await self._ada.sync()
        listed = await self._ada.things(self._journal, kind)
        return {
            "things": [
                {"thing": encode_b64(one.entry), "stage": one.thing.standing, "text": one.text} for one in listed
            ]
        }

    async def invite(self, _: str) -> JsonObject:
        self._new = await self._ada.create_journal()
        return {"link": (await self._ada.invite(self._new)).link, "journal": encode_b64(self._new)}

    async def join(self, link: str) -> JsonObject:
        self._new = (await self._ada.join(link)).journal
        return {"journal": encode_b64(self._new)}

    async def words(self, _: str) -> JsonObject:
        await self._ada.sync()
        return {"words": list((await self._ada.pairing(self._new)).words or ())}

    async def same(self, _: str) -> JsonObject:
        await self._ada.verify(self._new, (await self._ada.pairing(self._new)).words or ())
        await self._ada.sync()
        return {"stage": (await self._ada.pairing(self._new)).stage.name}

    async def withdraw(self, entry: str) -> JsonObject:
        await self._ada.leaving(self._journal).withdraw(parse_b64(entry))
        return {"withdrawn": True}

    async def revoke(self, keyholder: str) -> JsonObject:
        await self._ada.keyholders.revoke([parse_b64(keyholder)])
        return {"revoked": True}

    async def lag(self, _: str) -> JsonObject:
        async with self._people["sam"]._session.ready() as context:
            await rotate(context, Wanted())
        return {"rotated": True}

    async def rotate(self, name: str) -> JsonObject:
        person = self._people[name]
        await person.keyholders.new_sheet()
        await person.keyholders.replace_sheet()
        await person.sync()
        return {"rotated": True}


class Friend:
    """Somebody who is let in as a confidant: by Ada alone, or, in the journal with Sam, as she proposes it to him."""

    def __init__(self, ada: Duolog, shared: bytes) -> None:
        self._ada, self._shared, self._own = ada, shared, b""

    async def confidant(self, where: str) -> JsonObject:
        if where != "proposed":
            self._own = await self._ada.create_journal()
        journal = self._shared if where == "proposed" else self._own
        members = self._ada.members(journal)
        link = (await members.invite("read", int(time.time()) + 30 * 24 * 3600)).link
        origin = self._ada._context.network.transport.origin
        friend = (await Duolog.register(HttpTransport(origin), home=None, unlock=UNLOCK)).duolog
        await friend.join(link)
        for person in (self._ada, friend):
            await person.sync()
        words = (await friend.pairing(journal)).words or ()
        await members.confirm(words)
        await self._ada.sync()
        await friend.sync()
        return {"journal": encode_b64(journal), "words": list(words), "home": _home_of(friend)}

    async def admitted(self, where: str) -> JsonObject:
        await self._ada.sync()
        members = self._ada.members(self._shared if where == "proposed" else self._own)
        stages = [one.stage.name for one in await members.admissions()]
        return {"members": len(await members.list()), "stages": stages}


class Tablet:
    """A second device of Python's: Ada lets one in, or it is let into another account."""

    def __init__(self, ada: Duolog) -> None:
        self._ada, self._words = ada, Words(())
        self._enrollment: Enrollment | None = None
        self._open: Duolog | None = None

    async def let(self, given: str) -> JsonObject:
        keyholders = self._ada.keyholders
        if given == "in":
            return {"keyholder": encode_b64(await keyholders.confirm_adding(self._words, label="The other one"))}
        self._words = await keyholders.begin_adding(given.removeprefix("in "))
        return {"words": list(self._words)}

    async def enroll(self, _: str) -> JsonObject:
        origin = self._ada._context.network.transport.origin
        self._enrollment = await Enrollment.begin(HttpTransport(origin), home=None, unlock=UNLOCK)
        return {"code": self._enrollment.code}

    async def enrolled(self, given: str) -> JsonObject:
        assert self._enrollment is not None
        if not given:
            return {"words": list(await self._enrollment.words() or ())}
        self._open = await self._enrollment.finish()
        return {"open": self._open is not None}

    async def tell(self, given: str) -> JsonObject:
        assert self._open is not None
        try:
            await self._open.sync()
        except DuologError as error:
            return {"said": type(error).__name__}
        if given != "texts":
            return {"said": "well"}
        [journal] = [item.id for item in await self._open.journals()]
        return {"texts": await _texts(self._open, journal)}


async def _texts(person: Duolog, journal: bytes) -> list[Any]:
    read = await person.timeline(journal, limit=1000)
    return [item.body["text"] for item in read if item.kind == "note" and item.body is not None]


def _given(value: Any) -> Any:
    return parse_b64(value["b64"]) if isinstance(value, dict) and "b64" in value else value


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
