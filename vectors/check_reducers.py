"""Vectors of reducers: logs in, the states of journals and account journals out."""

from typing import Any

from duolog.documents.applied import Membership
from duolog.documents.journal import apply_all
from duolog.documents.journal_state import JournalState
from duolog.protocol.codec import parse_b64
from vectors import plain
from vectors.account_walks import account_state
from vectors.body_walks import said
from vectors.walks import placed

Json = dict[str, Any]


def journal_state(case: Json) -> Json:
    """The state behind a log, and for each of `asks` the steps that an account may take then, or why not."""
    state = apply_all(JournalState(), map(placed, case["documents"]))
    context = Membership(frozenset(map(parse_b64, case["partners"])), journal=parse_b64(case["journal"]))
    may = []
    for ask in case["asks"]:
        thing = None if ask["thing"] is None else parse_b64(ask["thing"])
        may.append(plain.steps(state, ask["of"], thing, parse_b64(ask["account"]), ask["now"], context))
    return plain.journal(state) | {"steps": may}


def account_journal(case: Json) -> Json:
    """The state behind the documents of an account journal."""
    return plain.account(account_state(case["documents"]))


def bodies(case: Json) -> list[Json]:
    """Why each body is refused when it is read, and when it is written; None where it is taken."""
    return [
        {"read": said(one["of"], one["body"], writing=False), "write": said(one["of"], one["body"], writing=True)}
        for one in case["bodies"]
    ]
