"""Sentences after a sync, and after a document was written: what became of it, and what somebody should look after."""

import time
from typing import TYPE_CHECKING

from duolog.cli import times
from duolog.cli.failures import OFFLINE, OK, REFUSED, STOP, explain
from duolog.cli.screen import Screen
from duolog.errors import ServerRefused, ServerWentBack, TransportError

if TYPE_CHECKING:
    from duolog.client import JournalView, SyncReport, Written
    from duolog.client.blocking import Duolog

STILL_BEHIND = (
    "The time for that is over, and the server still takes nothing new. Tell whoever runs it. `duolog export` takes "
    "everything out, and `duolog move` takes it to another server."
)
CLOCK_MAY_DIFFER = 15 * 60  # seconds between this computer's clock and the server's


class Reports:
    """The part of a run that reports on syncs and documents. Each method says something on its screen."""

    screen: Screen

    def number(self, journal: bytes) -> str:
        """The number of a journal, as a person types it behind --journal."""
        raise NotImplementedError

    def say_clock(self, report: "SyncReport") -> None:
        """Warn that this computer's clock or the server's is wrong."""
        if report.clock_apart:
            apart = times.count(abs(report.clock_apart) // 86_400, "day")
            which = "ahead of" if report.clock_apart > 0 else "behind"
            self.screen.warn(
                f"the server's clock is {apart} {which} this computer's. Check the date of this computer. If it is "
                "right, tell whoever runs the server; until then don't rely on times and terms."
            )

    def say_restoring(self, *until: int) -> None:
        """Say that the server has gone back, and until when it takes nothing new at the latest, Unix seconds."""
        if not until:
            return
        from duolog.client.server.login import WENT_BACK

        self.screen.aside(WENT_BACK, style="careful")
        last = max(until)
        if 0 < last < time.time():
            self.screen.aside(STILL_BEHIND, style="careful")
        elif last:
            self.screen.aside(f"That is on {times.moment(last)} at the latest. `duolog sync` looks again.")

    def say_proposed(self, report: "SyncReport") -> None:
        """Say that changes wait for this person's signature."""
        if report.proposed:
            self.screen.aside(
                "A change in who may read or write waits for your consent: "
                + ", ".join(
                    f"`duolog confidant proposals --journal {self.number(journal)}`" for journal in report.proposed
                )
                + (" shows it." if len(report.proposed) == 1 else " show them."),
                style="careful",
            )

    def frozen(self, *journals: "JournalView") -> int:
        """Say, each time, why the first read-only journal among these is read-only; the exit code for it."""
        reason = next((one.frozen for one in journals if one.frozen is not None), None)
        if reason is None:
            return OK
        from duolog.errors import JournalFrozen

        failure = explain(JournalFrozen(reason))
        self.screen.aside("Stop. " + failure.what, style="stop")
        for line in failure.next:
            self.screen.aside("  " + line)
        return STOP

    def wrote(self, duolog: "Duolog", journal: bytes, written: "Written", sentence: str) -> int:
        """Say what became of a document; the exit code."""
        from duolog.cli.shapes import written_shape

        self.screen.result(written_shape(journal, written))
        if written.delivered:
            return self._arrived(duolog, journal, written.entry, sentence)
        if isinstance(written.problem, ServerWentBack):
            self.screen.say("Saved here.", style="careful")
            self.say_restoring(duolog.journal(journal).restoring or 0)
            return OFFLINE
        if written.problem is None or isinstance(written.problem, TransportError):
            self.screen.say("Saved here. It will be sent when the server can be reached.", style="careful")
            return OFFLINE
        if isinstance(written.problem, ServerRefused) and written.problem.code == "journal_closed":
            self.screen.say(str(written.problem), style="careful")
            return REFUSED
        self.screen.say(f"Saved here, and not sent yet: {written.problem}", style="careful")
        return REFUSED

    def _arrived(self, duolog: "Duolog", journal: bytes, entry: bytes, sentence: str) -> int:
        """Say that a document is in the journal, or that an earlier one left it without effect; the exit code."""
        last = duolog.journal(journal).seq
        shown = [item for item in duolog.timeline(journal, after=max(last - 8, 0)) if item.entry == entry]
        skipped = [item.without_effect for item in shown if item.without_effect is not None]
        if skipped:
            self.screen.say(f"It arrived, and has no effect: {skipped[0]}", style="careful")
        else:
            self.screen.say(sentence, style="good")
        for item in shown:
            if item.received is not None:
                self.check_clock(item.received)
        return REFUSED if skipped else OK

    def check_clock(self, server_time: int) -> None:
        """Warn when this computer's clock and the server's differ. `server_time`: Unix seconds, as of now."""
        ahead = int(time.time()) - server_time
        if abs(ahead) > CLOCK_MAY_DIFFER:
            side = "ahead of" if ahead > 0 else "behind"
            self.screen.warn(
                f"this computer's clock is {times.span(abs(ahead))} {side} the server's. "
                "Set it right: dates that you write come from it."
            )
