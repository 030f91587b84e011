"""Log lines: one that can't be written takes nobody's answer away."""

import errno
import io
import sys
from typing import TextIO

import pytest
import structlog

from app.logs import configure_logs, log
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
