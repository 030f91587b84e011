"""The queries that may read more than a few rows, why, and which fault SQLite's plans have for it.

Nothing else in the room of these tests is an exception. A query that is mended leaves this list.
"""

from __future__ import annotations

OVER = "It reads exactly the rows whose time is over, and drops or settles them."
BOUNDED = "It sorts a list of one account or one journal that has a limit of its own, and never many rows."
MINE = "It ends one person's marks, or the attachments on their way, as many as these are."
ALL_OF_JOURNAL = "It destroys a journal, gives all its rows another id, or looks for blobs that nobody holds any more."
ROUND = "A round of retention reads it as a whole: an index would cost each write more than a round costs."
AUDIT = "An audit beside the server reads all there is."

# Their plans on PostgreSQL depend on how much of a table they need.
READING_ALL = {ALL_OF_JOURNAL, MINE, ROUND, AUDIT}

EXPECTED: dict[str, tuple[str, set[str]]] = {
    "sessions.add_challenge": (OVER, {"reads challenges by a range of expires"}),
    "rendezvous.drop_expired": (OVER, {"reads rendezvous by a range of expires"}),
    "objects.doomed_places": (OVER, {"reads doomed by a range of due"}),
    "retention.drop_challenges": (OVER, {"reads challenges by a range of expires"}),
    "retention.drop_rendezvous": (OVER, {"reads rendezvous by a range of expires"}),
    "sessions.list_sessions": (BOUNDED, {"sorts"}),
    "journals.due_closings": (BOUNDED, {"sorts"}),
    "journals.proposal.list_waiting": (BOUNDED, {"sorts"}),
    "invitations.list_own": (BOUNDED, {"sorts"}),
    "leaving.destroying.end_membership": (MINE, {"reads holdings by account and journal alone"}),
    "leaving.destroying.destroy_account": (MINE, {"reads holdings by account alone"}),
    "objects.doom_unnamed (in all journals)": (MINE, set()),
    "leaving.destroying.destroy_journals": (
        ALL_OF_JOURNAL,
        {f"reads {table} by journal alone" for table in ("attachments", "grants", "holdings", "log")},
    ),
    "objects.doom_of_journals": (ALL_OF_JOURNAL, {"reads attachments by journal alone"}),
    "carrying.move_rows": (ALL_OF_JOURNAL, {"reads grants by journal alone", "reads log by journal alone"}),
    "leaving.destroy_unheld (in a whole journal)": (
        ALL_OF_JOURNAL,
        {"reads attachments by journal alone", "reads log by journal alone"},
    ),
    "retention.journals_with_due_closing": (ROUND, {"reads closings by a range of not_before"}),
    "retention.drop_sessions": (ROUND, {"reads all of sessions"}),
    "retention.drop_invitations": (ROUND, {"reads all of invitations"}),
    "retention.drop_proposals": (ROUND, {"reads all of proposals"}),
    "origins.start_waiting": (ROUND, {"reads all of carried"}),
    "origins.unfinished_journals": (ROUND, {"reads all of carried"}),
    "leaving.destroying.journals_to_settle": (ROUND, {"reads all of journals"}),
    "leaving.unheld_journals": (ROUND, {"reads all of holdings"}),
    "auditing.next_accounts": (AUDIT, {"reads account_statements by a range of account"}),
    "auditing.next_journals": (AUDIT, {"reads journals by a range of journal"}),
    "auditing.grants_at": (AUDIT, {"reads grants by journal alone"}),
    "auditing.stored_attachments": (AUDIT, {"reads all of attachments", "sorts"}),
}

# What PostgreSQL's plans have where it isn't the same.
WITH_VALUES: dict[str, set[str]] = {
    # Most of a session's token hash is given, so that the index of all tokens leads to it as well.
    "sessions.end_session_by_id": {"reads sessions by a range of token_hash"},
}
# Functions that ask for the conditions or the whole of a query above, and the ones of operators' commands.
NOT_ASKED = {
    "accounts.load_chains",
    "auditing.strays",
    "chains.load_chains",
    "chains.load_page",
    "chains.load_statements",
    "commands.count",
    "objects.doom",
    "objects.empty",
    "restoring.add_restoration",
}
