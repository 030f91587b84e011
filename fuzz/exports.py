"""How an export is spoilt, line by line."""

import hashlib
import json
from random import Random

from duolog.client.export.format import FIRST, LAST
from duolog.protocol.codec import encode_b64
from fuzz.mutation import change_bytes, change_json


def change_export(data: bytes, random: Random) -> bytes:
    """One line of an export; number and hash at its end are true again."""
    lines = data.removeprefix(FIRST).split(b"\n")
    if not data.startswith(FIRST) or len(lines) < 4 or random.random() < 0.2:
        return change_bytes(data, random)
    parts = [line.removesuffix(b",") for line in lines[:-3]]
    place = random.randrange(len(parts))
    act = random.randrange(5)
    if act == 0:
        del parts[place]
    elif act == 1:
        parts.insert(random.randint(0, len(parts)), parts[place])
    else:
        parts[place] = change_json(parts[place], random).replace(b"\n", b" ")
    body = FIRST + b"".join(part + b",\n" for part in parts)
    end = {"part": "end", "parts": len(parts), "sha256": encode_b64(hashlib.sha256(body).digest())}
    return body + json.dumps(end, separators=(",", ":")).encode() + b"\n" + LAST
