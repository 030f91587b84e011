"""A server that lies on demand, and a couple on it whose journal a client in another language reads.

`python -m tests.web.evening` prints a line of JSON: the server's address, the journal, its texts, and all that Sam's
home holds of his account, the secrets too. Then it takes orders, a line each, and answers a line each:

    commit NAME     the server lies from now on, by an attack of the hostile catalogue
    stop            it is honest again
    write TEXT      Ada writes a note
    withdraw        she takes her newest note back
    rotate ada      she changes her keys, and the journal's with them; so does `rotate sam`
    lag             Sam's other device changes his keys, and not yet the journal's with them
    texts           what Ada reads, after a sync; `texts new` in the journal that `invite` made
    do [P, M, ...]  Ada calls the method M of her practice P (`boundaries`, `check_ins`) with what follows, and syncs; an
                    object `{"b64": ...}` among it is bytes
    things KIND     what Ada is shown of each thing of a kind, after a sync
    invite          Ada makes another journal, and a link to it
    join LINK       Ada joins by another's link; then it is about that journal
    words           what Ada compares there, after a sync
    same            she says that the words are the same, and syncs

It ends with its input.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from duolog.client import Duolog, HttpTransport, Written
from duolog.client.account.rotating import Wanted, rotate
from duolog.client.home.records import SETS
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
        async with (
            own_server(Path(folder)) as (liar, origin),
            _registered(origin, words) as ada,
            _registered(origin, words) as sam,
        ):
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
    control, ada, new = Control(liar), people["ada"], b""
    while line := await asyncio.to_thread(sys.stdin.readline):
        word, _, rest = line.strip().partition(" ")
        if word == "write":
            await ada.write(journal, "note", {"text": rest})
            await ada.sync()
            _say({"written": rest})
        elif word == "withdraw":
            newest = [item for item in await ada.timeline(journal, limit=1000) if item.author == ada.account][-1]
            await ada.leaving(journal).withdraw(newest.entry)
            _say({"entry": encode_b64(newest.entry)})
        elif word == "texts":
            await ada.sync()
            read = await ada.timeline(new if rest == "new" else journal, limit=1000)
            _say({"texts": [item.body["text"] for item in read if item.kind == "note" and item.body is not None]})
        elif word == "do":
            practice, method, *given = json.loads(rest)
            written = await getattr(getattr(ada, practice)(journal), method)(*map(_given, given))
            await ada.sync()
            _say({"done": encode_b64(written.entry) if isinstance(written, Written) else str(written)})
        elif word == "things":
            await ada.sync()
            listed = await ada.things(journal, rest)
            shown = [{"thing": encode_b64(one.entry), "stage": one.thing.standing, "text": one.text} for one in listed]
            _say({"things": shown})
        elif word == "invite":
            new = await ada.create_journal()
            _say({"link": (await ada.invite(new)).link, "journal": encode_b64(new)})
        elif word == "join":
            new = (await ada.join(rest)).journal
            _say({"journal": encode_b64(new)})
        elif word == "words":
            await ada.sync()
            _say({"words": list((await ada.pairing(new)).words or ())})
        elif word == "same":
            await ada.verify(new, (await ada.pairing(new)).words or ())
            await ada.sync()
            _say({"stage": (await ada.pairing(new)).stage.name})
        elif word == "lag":
            async with people["sam"]._session.ready() as context:
                await rotate(context, Wanted())
            _say({"rotated": True})
        elif word == "rotate":
            await people[rest].keyholders.new_sheet()
            await people[rest].keyholders.replace_sheet()
            await people[rest].sync()
            _say({"rotated": True})
        else:
            _say({"said": control.obey(line.strip())})


def _given(value: Any) -> Any:
    return parse_b64(value["b64"]) if isinstance(value, dict) and "b64" in value else value


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
