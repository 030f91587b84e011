"""Account statements that were verified before they were stored: parsed, and no signature verified again.

Only `app.chains.repository` and `duolog.client.home.chains` import this module, each for its own rows; a contract in
pyproject.toml forbids all other imports. Statements from outside go through `accounts.verify_chain`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duolog.errors import ChainViolation
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain, Generation, read_generation
from duolog.protocol.statements import Fields


@dataclass(frozen=True, slots=True)
class StoredGenerations:
    """Some generations of an account whose chain was verified before it was stored, by number."""

    generations: Mapping[int, Generation]

    def generation(self, number: int) -> Generation:
        """Raises: ChainViolation when this generation is not stored."""
        found = self.generations.get(number)
        if found is None:  # check: accounts.generation_stored
            raise ChainViolation("The account has no such generation.", check="accounts.generation_stored")
        return found


def read_stored_generation(number: int, statement: bytes) -> Generation:
    """One link of a chain that was verified before it was stored. Raises: MalformedData. Spec: §4."""
    if number == 1:
        fields = Fields.of_statement(statement, "account_genesis")
        fields.suite()
        fields.data("nonce", sizes.NONCE)
        return read_generation(fields, 1, statement, None)
    fields = Fields.of_statement(statement, "account_rotation")
    fields.data("account", sizes.ACCOUNT_ID)
    fields.number("generation")
    fields.data("prev", sizes.HASH)
    return read_generation(fields, number, statement, fields.integer("at", 0, sizes.MAX_U32))


def read_stored_chain(account: bytes, statements: Sequence[bytes]) -> AccountChain:
    """A whole chain that was verified before it was stored, genesis first. Raises: MalformedData. Spec: §4."""
    read = (read_stored_generation(number, statement) for number, statement in enumerate(statements, start=1))
    return AccountChain(account, tuple(read))
