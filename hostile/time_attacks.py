"""Attacks by the times of receipts."""

from dataclasses import replace

from duolog.protocol import sizes
from hostile.history import Log, LogAttack


class TimeBackwards(LogAttack):
    """Dates the last push before the one ahead of it, with a valid receipt."""

    client_must = "Freeze: a server's receipts never run backwards."

    def edit(self, journal: bytes, log: Log) -> Log:
        before = log[-2].receipt.time if len(log) > 1 else log[-1].receipt.time
        return [*log[:-1], replace(log[-1], receipt=replace(log[-1].receipt, time=before - 1))]


class ImplausibleTime(LogAttack):
    """Dates the last push at a time that no clock shows, with a valid receipt. `time`: Unix seconds."""

    client_must = "Refuse the page, store nothing of it, and go on when the server shows true times again."

    def __init__(self, time: int = sizes.MAX_INTEGER) -> None:
        self.time = time

    def edit(self, journal: bytes, log: Log) -> Log:
        return [*log[:-1], replace(log[-1], receipt=replace(log[-1].receipt, time=self.time))]


class OtherTimes(LogAttack):
    """Dates every receipt otherwise than it did for the other reader, each validly signed. `apart`: seconds."""

    client_must = "Freeze once an entry of the other reader brings the receipt that they saw: state depends on times."

    def __init__(self, apart: int = 3600) -> None:
        self.apart = apart

    def edit(self, journal: bytes, log: Log) -> Log:
        return [replace(push, receipt=replace(push.receipt, time=push.receipt.time + self.apart)) for push in log]
