"""A client that trusts everything, so that the runner has something to fail: `python -m tests.hostile.naive_client`.

It verifies nothing, encrypts nothing, keeps nothing but its own keys, shows whatever the server shows, and passes over
whatever goes wrong. Its link holds its keys.
"""

import asyncio
import base64
import copyreg
import json
import os
import pickle
import secrets
import sys
from pathlib import Path
from typing import Any

import httpx2

from duolog.api.pages import MEDIA_TYPE, Placed, encode_push, parse_page
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, u32
from duolog.protocol.entries import Header, padded_length
from duolog.protocol.log import StatementItem, entry_item
from duolog.protocol.roster_statements import parse_roster
from duolog.seal.keys import EpochKey, GenerationSecret, KeyholderSecret
from hostile.talk import HOME
from tests.app.people import Diary, Person

_FRONT = sizes.AEAD_NONCE + sizes.COMMITMENT

# Secrets refuse to be pickled. This client has none.
copyreg.pickle(GenerationSecret, lambda secret: (GenerationSecret, (secret.seed, secret.generation)))
copyreg.pickle(KeyholderSecret, lambda secret: (KeyholderSecret, (secret.seed, secret.kind)))
copyreg.pickle(EpochKey, lambda secret: (EpochKey, (secret.key, secret.epoch)))


class Naive:
    def __init__(self, home: Path) -> None:
        self.file = home / "everything"
        self.server, self.journal, self.epoch = "", b"", 1
        self.me: Any = None  # a `Person`, once there is one
        if self.file.exists():
            self.server, self.me, self.journal, self.epoch = pickle.loads(self.file.read_bytes())
            self.me.http = self._http()

    def _http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=self.server, timeout=5)

    def save(self) -> None:
        http, self.me.http = self.me.http, None
        self.file.write_bytes(pickle.dumps((self.server, self.me, self.journal, self.epoch)))
        self.me.http = http

    async def register(self, server: str) -> dict[str, Any]:
        self.server = server
        self.me = Person(self._http())
        await self.me.http.post("/v1/accounts", json=self.me.registration())
        await self.me.log_in(origin=server)
        return {}

    async def invite(self) -> dict[str, Any]:
        diary = await Diary(self.me).create()
        self.journal = diary.journal
        http, self.me.http = self.me.http, None
        link = base64.b64encode(pickle.dumps(diary)).decode()
        self.me.http = http
        return {"link": link}

    async def join(self, link: str = "", words: object = None) -> dict[str, Any]:
        if link:
            diary: Diary = pickle.loads(base64.b64decode(link))
            diary.founder.http = self.me.http
            await diary.make_couple(self.me)
            self.journal = diary.journal
        return {}

    async def write(self, text: str) -> dict[str, Any]:
        await self.read()  # for the epoch
        plain = u32(len(text)) + text.encode()
        blob = bytes(_FRONT) + plain.ljust(padded_length(len(plain)), b"\0") + bytes(sizes.AEAD_TAG)
        header = Header(self.journal, secrets.token_bytes(sizes.ENTRY_ID), self.epoch, self.me.account, 1)
        body = encode_push([Placed(0, entry_item(header.encode(), blob))])
        path = f"/v1/journals/{encode_b64(self.journal)}/entries"
        await self.me.http.post(path, content=body, headers=self.me.headers | {"content-type": MEDIA_TYPE})
        return {}

    async def read(self) -> dict[str, Any]:
        entries, since = [], 0
        path = f"/v1/journals/{encode_b64(self.journal)}/entries"
        while True:
            answer = await self.me.get(path, params={"since": since}, headers={"accept": MEDIA_TYPE})
            page = parse_page(answer.content)
            for item in (placed.item for push in page.pushes for placed in push.items):
                if isinstance(item, StatementItem):
                    self.epoch = parse_roster(item.signed.statement).epoch
                elif item.blob is not None:
                    plain = item.blob[_FRONT:]
                    size = min(int.from_bytes(plain[:4], "big"), len(plain) - 4)
                    entries.append({"text": plain[4 : 4 + size].decode(errors="replace")})
            since = max([since, *(push.receipt.seq for push in page.pushes)])
            if since >= page.seq:
                return {"entries": entries}

    async def status(self) -> dict[str, Any]:
        return {"journals": [{"state": "ok"}]}

    async def answer(self, verb: str, fields: dict[str, Any]) -> dict[str, Any]:
        if not hasattr(self, verb):
            return {"unsupported": True}
        try:
            given: dict[str, Any] = await getattr(self, verb)(**fields)
        except Exception:  # noqa: BLE001  # whatever goes wrong is passed over
            given = {"entries": []} if verb == "read" else {}
        self.save()
        return given


async def main() -> None:
    naive = Naive(Path(os.environ[HOME]))
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(await naive.answer(asked.pop("verb"), asked)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
