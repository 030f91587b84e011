"""Writes the JSON Schema of every statement and of every sealed plaintext that is JSON: openapi/statements.

`python -m tools.statement_schemas FOLDER`. The schemas come from the parsers, which read the frozen vectors meanwhile.
A schema says which fields stand there; the rules between them, canonical form included, are in docs/spec.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from duolog import errors
from duolog.protocol.accounts import verify_chain
from duolog.protocol.codec import JsonObject, parse_b64, parse_message_json
from duolog.protocol.keyholder_sets import parse_set
from duolog.protocol.messages import parse_message
from duolog.protocol.roster_statements import parse_acceptance, parse_close, parse_roster
from duolog.seal.devices import parse_code, parse_device_account, parse_device_added, parse_device_keys
from duolog.seal.links import parse_link
from duolog.seal.pairing import InvitationSecret, parse_answer, parse_invitation
from duolog.seal.proposals import ProposalContext, parse_context
from tools.noted_fields import joined, noting, without_marks
from vectors.check import account_statements, load

ROSTER = "roster"
# Of each type: its parser, and the section that says what it means.
_PARSERS: Mapping[str, tuple[Callable[[bytes], object], str]] = {
    "keyholder_set": (parse_set, "4.4"),
    ROSTER: (parse_roster, "5.1"),
    "acceptance": (parse_acceptance, "5.2"),
    "close": (parse_close, "5.6"),
    "invitation": (parse_invitation, "7.2"),
    "invitation_answer": (parse_answer, "7.2"),
    "confidant_context": (parse_context, "7.4"),
    "device_keys": (parse_device_keys, "4.11"),
    "device_account": (parse_device_account, "4.11"),
    "device_added": (parse_device_added, "4.11"),
    "message": (parse_message, "6.3"),
}
_CHAINS = {"account_genesis": "4.1", "account_rotation": "4.2"}


@cache
def examples() -> Mapping[str, list[bytes]]:
    """Statements and plaintexts of the vectors by their type. Each keeps its format."""
    found: dict[str, list[bytes]] = {name: [] for name in (*_CHAINS, *_PARSERS)}
    for data in _frozen():
        name = str(parse_message_json(data).get("type", "message"))
        if name in found and data not in found[name] and _reads(name, data):
            found[name].append(data)
    return found


def _reads(name: str, data: bytes) -> bool:
    if name in _CHAINS:
        return True
    try:
        _PARSERS[name][0](data)
    except errors.DuologError:
        return False
    return True


def _frozen() -> Iterator[bytes]:
    accounts, journals = load("accounts.json"), load("journals.json")
    for chain in _chains():
        yield from (item.statement for item in chain)
    sets = [item["statement"] for case in accounts["cases"] for item in case.get("sets", ())]
    logs = [*journals["shared"]["logs"].values(), *journals["cases"]]
    rosters = [item["statement"] for log in logs for item in log["items"] if "statement" in item]
    yield from map(parse_b64, [*sets, *rosters])
    closings = (data for data in map(parse_b64, rosters) if parse_message_json(data)["type"] == "close")
    yield replace(parse_close(next(closings)), receipt_key=bytes(32)).encode()
    for case in load("pairing.json")["cases"]:
        if case["kind"] == "invitation" and "error" not in case:
            yield from _pairing(case)
    for case in load("devices.json")["cases"]:
        if case["kind"] == "rendezvous" and "error" not in case:
            code = parse_code(case["text"])
            yield code.open("new", 1, parse_b64(case["keys"]))
            yield code.open("old", 1, parse_b64(case["account"]))
            yield code.open("old", 2, parse_b64(case["added"]))
    for case in load("codec.json")["cases"]:
        if case["kind"] == "message" and "error" not in case:
            yield parse_b64(case["data"])


def _pairing(case: Mapping[str, Any]) -> Iterator[bytes]:
    secret = InvitationSecret(parse_link(case["link"]).secret)
    invitation = secret.open("invitation", parse_b64(case["invitation"]))
    answer = secret.open("acceptance", parse_b64(case["answer"]))
    parsed = parse_answer(answer)
    yield from (invitation, answer, parsed.acceptance.statement)
    place: dict[str, Any] = {"role": "confidant", "rights": "read", "until": 1}
    accepted = parse_acceptance(parsed.acceptance.statement)
    yield replace(parse_invitation(invitation), **place).encode()
    yield replace(accepted, member=replace(accepted.member, **place)).encode()
    yield ProposalContext(invitation, bytes(32), parsed.chain).encode()


def _chains() -> list[Any]:
    shared = load("accounts.json")["shared"]["accounts"].values()
    return [account_statements(value) for value in shared]


def schemas() -> Mapping[str, str]:
    """File name -> JSON Schema, as text that ends in a line break."""
    noted: dict[str, list[JsonObject]] = {name: [] for name in (*_CHAINS, *_PARSERS)}
    roots: list[JsonObject] = []
    examples()
    with noting(roots):
        for chain in _chains():
            verify_chain(chain)
        for root in roots:
            noted[root["properties"]["type"]["const"]].append(root)
        changes: dict[str, list[JsonObject]] = {}
        for name, (parse, _) in _PARSERS.items():
            for data in examples()[name]:
                roots.clear()
                parse(data)
                noted[name].append(roots[0])
                if name == ROSTER:
                    kind = parse_message_json(data)["change"]["kind"]
                    roots[0]["properties"]["change"]["properties"]["kind"] = {"const": kind}
                    changes.setdefault(kind, []).append(roots[0])
    files = {name: without_marks(joined(found)) for name, found in noted.items() if name != ROSTER}
    files[ROSTER] = {"oneOf": [without_marks(joined(found)) for _, found in sorted(changes.items())]}
    sections = _CHAINS | {name: section for name, (_, section) in _PARSERS.items()}
    return {f"{name}.json": _text(name, sections[name], schema) for name, schema in sorted(files.items())}


def _text(name: str, section: str, schema: JsonObject) -> str:
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "$comment": f"docs/spec §{section}",
    }
    return json.dumps(head | schema, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    """Write all of them to the named folder."""
    if len(arguments) != 1:
        sys.stderr.write("Say where: python -m tools.statement_schemas FOLDER\n")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
