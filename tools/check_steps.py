"""The order in which a client checks what it is shown: the rows of §6.9, from which its two tables are made.

A row is one sentence with the checks behind it. A name that ends in `*` stands for every check of its area. Each name
is one of the code (`check_rows`), and a test holds that.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One row of §6.9. `step` is its number, or the first and last one of several."""

    step: str
    what: str
    checks: tuple[str, ...]


SERVER_FAULTS = (
    Step("1", "the page's newest is not behind the mark or an acknowledged place", ("client.rollback",)),
    Step("1", "the journal's list is not behind the mark", ("client.listed_rollback",)),
    Step("1", "what was acknowledged stands at its place", ("client.acknowledged",)),
    Step("1", "seqs have no gap and no repeat", ("log.gapless",)),
    Step("1", "nothing follows a close", ("log.after_close",)),
    Step("1", "the log begins with its genesis", ("log.genesis_first", "log.genesis_journal")),
    Step("1-3", "none of these leads to an error that nobody foresaw", ("log.unforeseen",)),
    Step("1", "the head that another own device noted stands at its place", ("client.noted_head",)),
    Step("2", "the receipt is for the head that the client computed", ("log.receipt_head",)),
    Step("2", "it is signed by the pinned key", ("receipts.signature", "log.receipt_signature")),
    Step("2", "its time is from 2020 to 2200", ("receipts.time", "log.receipt_range")),
    Step("2", "its time is not before the last one under the same key", ("log.receipt_time",)),
    Step(
        "3",
        "roster statements and closings are well-formed (§3.5, §3.6), and keep §5",
        ("roster.*", "log.close_signer", "log.close_key", "statements.*"),
    ),
    Step("3", "chains continue their pins", ("accounts.*", "client.chain_account", "client.chain_unforeseen")),
    Step("3", "my grant came, and is the one named", ("client.grant_missing", "seal.grant_digest")),
)
AUTHOR_FAULTS = (
    Step("4", "the header is one", ("entries.header",)),
    Step(
        "4",
        "journal, author a member, with the right to write",
        ("entries.journal", "entries.author", "entries.rights"),
    ),
    Step(
        "4",
        "epoch not stale, and the current one; generation the one that the roster names",
        ("entries.stale", "entries.epoch", "entries.generation"),
    ),
    Step("4", "an own older generation wrote it before its rotation (§4.12)", ("entries.own_older",)),
    Step("4", "the id is new in this journal", ("client.entry_unique",)),
    Step("5", "the commitment", ("entries.commitment",)),
    Step("6", "it opens, and its padding is right", ("entries.aead", "entries.padding")),
    Step("7", "my own tag", ("entries.tag",)),
    Step("8", "the message is one", ("messages.parse",)),
    Step("8", "its attachment ids are the header's, in order", ("messages.attachments",)),
    Step("8", "`seen` is a valid receipt of this journal", ("messages.seen",)),
    Step("8", "`seen` under an earlier server's key (§13) is of this history", ("client.seen_earlier",)),
    Step(
        "8",
        "`seen` names the head and the time of my log (else a fork: the server's fault)",
        ("client.fork", "client.fork_time"),
    ),
    Step("8", "`follows` names an earlier entry of the same author", ("messages.follows",)),
    Step("4-8", "none of these leads to an error that nobody foresaw", ("entries.unforeseen",)),
)
STEPS = SERVER_FAULTS + AUTHOR_FAULTS


def step_of(name: str) -> str | None:
    """The step of §6.9 that this check belongs to."""
    area = f"{name.partition('.')[0]}.*"
    exact = next((row.step for row in STEPS if name in row.checks), None)
    return exact or next((row.step for row in STEPS if area in row.checks), None)
