"""A device that was revoked says so, also offline, and what was read on it stays readable."""

import json
from pathlib import Path

from tests.cli.people import Person, in_one_line
from tests.cli.transcript import run
from tools.local_server import LocalServer

REVOKED = "This device is revoked, as the server says"


def test_a_revoked_device_says_so_and_shows_what_it_has_read(ada: Person, homes: Path, server: LocalServer) -> None:
    ada.ok("journal", "create")
    ada.ok("write", reads="As it was.")
    phone = homes / "phone"
    code = json.loads(run(phone, ["device", "join", "--server", server.origin, "--json"]).out)["code"]
    words = json.loads(ada.say("device", "add", "--json", reads=f"{code}\nlater\n").out)["words"]
    run(phone, ["device", "join", "--server", server.origin])
    ada.ok("device", "add", reads=f"{code}\n{' '.join(words)}\n")
    assert run(phone, ["device", "join", "--server", server.origin]).exit_code == 0
    listed = json.loads(run(phone, ["device", "list", "--json"]).out)["keyholders"]
    mine = next(one["short"] for one in listed if one["here"])
    ada.ok("device", "revoke", mine, "--yes")

    first = run(phone, ["timeline"])
    assert (first.exit_code, "it was revoked" in in_one_line(first.err)) == (0, True), first.text
    assert "As it was." in first.out
    for command in (["timeline", "--offline"], ["timeline"], ["status"], ["today", "--offline"]):
        said = run(phone, command)
        assert (said.exit_code, REVOKED in in_one_line(said.err)) == (0, True), said.text
    written = run(phone, ["write"], "To nobody.")
    assert (written.exit_code, "what you write stays on this computer alone" in in_one_line(written.err)) == (1, True)
    assert "Saved here" in written.out
    assert run(phone, ["export", "--out", str(homes / "mine.json")]).exit_code == 0
    assert REVOKED not in ada.say("status").err
