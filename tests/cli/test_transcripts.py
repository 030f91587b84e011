"""What people see: every transcript in `transcripts/` plays as it stands there."""

from pathlib import Path

import pytest

from tests.cli.transcript import play
from tools.local_server import LocalServer

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_command_says_what_the_transcript_says(
    path: Path, server: LocalServer, homes: Path, request: pytest.FixtureRequest
) -> None:
    values = {"server": server.origin, "folder": str(homes.parent)}
    for name, file, content in (("page", "letter.txt", b"My answer."), ("film", "us.mp4", b"\0\0\0\x18ftypmp42")):
        values[name] = str(homes.parent / file)
        (homes.parent / file).write_bytes(content)
    if "{elsewhere}" in path.read_text():
        values["elsewhere"] = request.getfixturevalue("elsewhere").origin
    play(path.read_text(), homes, values)
