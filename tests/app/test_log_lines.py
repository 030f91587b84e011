"""Log lines: one that can't be written takes nobody's answer away."""

import asyncio
import errno
import io
import json
import sys
from typing import TextIO

import pytest
import structlog

from app.logs import TOGETHER_SECONDS, configure_logs, log
from app.settings import Settings


class Full(io.StringIO):
    """A stream on a disk that is full, for a while."""

    full = True

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def test_a_line_that_finds_no_room_is_left_out_and_the_next_one_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    stream: TextIO = Full()
    monkeypatch.setattr(sys, "stderr", stream)
    before = structlog.get_config()
    try:
        configure_logs(Settings(log_format="json"))
        log().info("lost")
        assert isinstance(stream, Full)
        stream.full = False
        log().info("written")
    finally:
        structlog.configure(**before)
    assert "written" in stream.getvalue()
    assert "lost" not in stream.getvalue()


async def test_lines_of_the_loop_are_written_together_and_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    before = structlog.get_config()
    try:
        configure_logs(Settings(log_format="json"))
        for number in range(3):
            log().info(f"line {number}")
        assert stream.getvalue() == ""
        await asyncio.to_thread(log().info, "of a thread, which waits for nobody")
        assert stream.getvalue().count("\n") == 4
        log().info("later")
        await asyncio.sleep(2 * TOGETHER_SECONDS)
    finally:
        structlog.configure(**before)
    lines = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert lines == ["line 0", "line 1", "line 2", "of a thread, which waits for nobody", "later"]
