"""The one table of limits by address: the largest body, its largest number of values, and the rate that counts it.

An address outside this table takes no body. The bytes bound a body's memory, and the values bound the cost of parsing:
a list of a million empty lists is 3 MiB of JSON, and a hundred as Python objects.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from duolog.protocol import sizes
from duolog.protocol.sizes import KIB

Rate = Literal["register", "login", "rendezvous"]

MIB = KIB * KIB
LARGE = 64 * KIB  # bytes; what is larger is read one at a time for each caller, and taken apart beside the loop
SMALL_BODY = 2 * KIB
MAX_BODY = 4 * MIB  # of any address


def in_json(size: int) -> int:
    """Bytes of JSON that hold one binary value of `size` bytes and little besides."""
    return size * 4 // 3 + KIB


@dataclass(frozen=True, slots=True)
class Takes:
    """The limits of one address. `rate` counts requests without a session. `carried`: the request keeps the one writer
    busy for longest, so each account has a rate of its own for it.

    `open_body`: the largest body without a session, where that is smaller.
    """

    method: str
    path: str
    body: int = 0
    values: int = 256
    rate: Rate | None = None
    open_body: int | None = None
    carried: bool = False

    def limit(self, *, signed_in: bool) -> int:
        """The largest body, bytes."""
        return self.body if signed_in or self.open_body is None else self.open_body


SEALED = in_json(sizes.MAX_INVITATION)
STATEMENT = 2 * in_json(sizes.MAX_STATEMENT)  # one at its largest, with a signature and a grant for each member

TABLE = (
    Takes("POST", "/v1/accounts", 512 * KIB, rate="register"),
    Takes("POST", "/v1/account/sets", 2 * STATEMENT),
    Takes("POST", "/v1/account/rotations", MIB, values=4096),
    Takes(
        "PUT",
        "/v1/rendezvous/{rendezvous}/{role}/{number}",
        SEALED,
        rate="rendezvous",
        open_body=in_json(sizes.MAX_NEWCOMER_MESSAGE),
    ),
    Takes("GET", "/v1/rendezvous/{rendezvous}/{role}/{number}", rate="rendezvous"),
    Takes("POST", "/v1/challenges", SMALL_BODY, rate="login"),
    Takes("POST", "/v1/sessions", SMALL_BODY, rate="login"),
    Takes("POST", "/v1/journals", STATEMENT),
    Takes("POST", "/v1/journals/{journal}/entries", 2 * sizes.MAX_PUSH_BYTES, values=20_000),
    Takes("PUT", "/v1/journals/{journal}/attachments/{attachment}", SMALL_BODY),
    Takes("PUT", "/v1/journals/{journal}/attachments/{attachment}/parts/{number}", MAX_BODY),
    Takes("POST", "/v1/journals/{journal}/proposals", STATEMENT + SEALED),
    Takes("PUT", "/v1/journals/{journal}/closing", STATEMENT),
    Takes("POST", "/v1/journals/{journal}/end", SMALL_BODY),
    Takes("POST", "/v1/journals/{journal}/withdrawals", 2 * sizes.MAX_BLOB),
    Takes("POST", "/v1/journals/{journal}/holdings", 16 * KIB, values=2 * sizes.MAX_PUSH_ITEMS),
    Takes("POST", "/v1/journals/{journal}/invitations", SEALED),
    Takes("PUT", "/v1/journals/{journal}/invitations/{invitation}/reveal", SEALED),
    Takes("PUT", "/v1/invitations/{invitation}/answer", SEALED),
    Takes("POST", "/v1/carried/accounts", MAX_BODY, values=20_000, rate="register"),
    Takes("POST", "/v1/carried/journals/{journal}", MAX_BODY, values=20_000, carried=True),
)


def _pattern(paths: Iterable[str]) -> re.Pattern[str]:
    one = "|".join(f"({re.sub(r'{[^}]+}', '[^/]+', path)})" for path in paths)
    return re.compile(one)


_ALL = _pattern(f"{takes.method} {takes.path}" for takes in TABLE)


def find(method: str, path: str) -> Takes:
    """Find the limits of the address at `path`."""
    found = _ALL.fullmatch(f"{method} {path}")
    return Takes(method, path) if found is None or found.lastindex is None else TABLE[found.lastindex - 1]
