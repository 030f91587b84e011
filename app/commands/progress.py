"""How an audit is shown: its progress on stderr after a second, and its result."""

import json
import sys
import time

from app.auditing.faults import Report


class Progress:
    """Shows on stderr how far an audit has come, at most once a second. Quick ones show nothing."""

    def __init__(self) -> None:
        self._next = time.monotonic() + 1

    def __call__(self, report: Report) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 1
            print(_counts(report), file=sys.stderr, flush=True)


def print_report(report: Report, *, as_json: bool = False) -> None:
    """Print the faults, or that there is none."""
    if as_json:
        found = {"accounts": report.accounts, "journals": report.journals, "items": report.items}
        faults = [fault.as_json() for fault in report.faults]
        print(json.dumps({"ok": not report.count, **found, "count": report.count, "faults": faults}, indent=2))
        return
    for fault in report.faults:
        print(fault.line)
    if report.count > len(report.faults):
        print(f"... and {report.count - len(report.faults):,} more.")
    print(f"{_counts(report)}: {f'{report.count:,} faults' if report.count else 'no fault'}.")


def _counts(report: Report) -> str:
    return f"Verified {report.accounts:,} accounts, {report.journals:,} journals, {report.items:,} items"
