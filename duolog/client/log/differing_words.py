"""The partners who found that the eight words of the pairing in force differ. Without the network."""

from duolog.client.home.pairings import load_progress
from duolog.client.log.context import Context
from duolog.client.log.expected import expected_state
from duolog.documents.kinds.words_differ import KIND
from duolog.protocol.statements import statement_hash


def acceptance_of(context: Context, journal: bytes) -> bytes | None:
    """The statement hash of the acceptance that the words of a pairing are made of; None where it isn't here."""
    progress = load_progress(context.home, journal)
    accepted = None if progress is None or progress.role == "confidant" else progress.signed_acceptance
    return None if accepted is None else statement_hash(accepted.statement)


def found_to_differ(context: Context, journal: bytes) -> tuple[bytes, ...]:
    """The accounts of those who found that the words differ, mine with what waits to be sent; none once verified."""
    roster = context.standing(journal).roster
    if roster is None or not roster.provisional:
        return ()
    acceptance = acceptance_of(context, journal)
    told = expected_state(context, journal).part(KIND)
    of_this = (
        {acceptance} if acceptance is not None else roster.accepted
    )  # an own device without the pairing is careful
    partners = {member.account for member in roster.partners}
    return tuple(account for account, said in told.items() if account in partners and said.acceptance in of_this)
