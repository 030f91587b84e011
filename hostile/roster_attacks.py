"""Attacks on members and keys in force, and on the list of journals that a client sees."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from duolog.api.journals import Chain, ChainList, JournalList
from duolog.api.pages import Placed
from duolog.protocol import sizes
from duolog.protocol.log import Item, StatementItem
from duolog.protocol.roster import grant_digest
from duolog.protocol.roster_statements import Close, Member, RosterStatement, parse_roster
from duolog.protocol.statements import Signature, SignedStatement, statement_hash
from duolog.seal.keys import GenerationSecret
from hostile.history import Log, LogAttack, append, items_of, substitute
from hostile.liar import CHAINS, JOURNALS, PULL, Answer, Attack, Call, Liar


class Ghost:
    """An account that the server made up."""

    def __init__(self) -> None:
        self.secret = GenerationSecret.new(1)
        self.account = secrets.token_bytes(sizes.ACCOUNT_ID)

    def sign(self, statement: bytes) -> bytes:
        """The ghost's signature."""
        return self.secret.sign(statement)


def newest_roster(log: Log) -> tuple[StatementItem, RosterStatement]:
    """The last roster statement of a log."""
    found = [item for item in items_of(log) if isinstance(item, StatementItem)]
    rosters = [item for item in found if b'"type":"roster"' in item.signed.statement]
    return rosters[-1], parse_roster(rosters[-1].signed.statement)


class GhostMember(LogAttack):
    """Appends a roster statement that makes the server's own account a member, signed by it in a partner's name."""

    client_must = "Freeze: nobody joins without the partners' signatures. Nothing is sealed to the ghost."

    def __init__(self) -> None:
        self.ghost = Ghost()
        self._made: dict[bytes, Item] = {}

    def edit(self, journal: bytes, log: Log) -> Log:
        if journal not in self._made:
            self._made[journal] = self._make(journal, log)
        return append(log, self._made[journal])

    def _make(self, journal: bytes, log: Log) -> Item:
        item, roster = newest_roster(log)
        member = Member(self.ghost.account, 1, secrets.token_bytes(sizes.HASH), "confidant", "read", 2_000_000_000)
        members = tuple(sorted((*roster.members, member), key=lambda one: one.account))
        statement = replace(
            roster,
            change="rotate",
            account=None,
            acceptance=None,
            version=roster.version + 1,
            journal=journal,
            nonce=None,
            prev=statement_hash(item.signed.statement),
            members=members,
            epoch=roster.epoch + 1,
            epoch_commitment=secrets.token_bytes(sizes.COMMITMENT),
            grants={one.account: grant_digest(bytes(sizes.SEALED_SEED)) for one in members},
        ).encode()
        signers = [one.account for one in roster.members if one.role == "partner"][:1]
        signatures = tuple(Signature(account, self.ghost.sign(statement)) for account in signers)
        return StatementItem(SignedStatement(statement, signatures))


class OneSidedChange(LogAttack):
    """Appends roster statements that the real server never accepted, such as one that only one of two partners signed.

    `placed`: these, in order, with their grants; `chains`: what to show of some accounts. None: no change.
    """

    client_must = "Freeze: every change needs exactly the signatures that the table asks for."

    def __init__(self, *placed: Placed, chains: Sequence[Chain] = ()) -> None:
        self.placed = placed
        self.chains = {chain.account: chain for chain in chains}

    def edit(self, journal: bytes, log: Log) -> Log:
        for placed in self.placed:
            log = append(log, placed.item, placed.grants)
        return log

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Show the chains that go with it."""
        answer = await super().answer(call, server)
        if call.journal("GET", CHAINS) is None or answer.status != 200:
            return answer
        shown = {chain.account: chain for chain in ChainList.model_validate_json(answer.body).chains} | self.chains
        return answer.with_model(ChainList(chains=[shown[account] for account in sorted(shown)]))


class ForgeClose(LogAttack):
    """Ends the journal in a partner's name, signed by a key of the server's."""

    client_must = "Freeze: the closing is not the partner's. The journal is not shown as closed by them."

    def __init__(self) -> None:
        self.ghost = Ghost()

    def edit(self, journal: bytes, log: Log) -> Log:
        _, roster = newest_roster(log)
        member = roster.members[0]
        statement = Close(journal, member.account, member.generation, bytes(32), bytes(32)).encode()
        signed = SignedStatement(statement, (Signature(member.account, self.ghost.sign(statement)),))
        return append(log, StatementItem(signed))


class PlantGrant(LogAttack):
    """Hands out other grants than the roster names. `grant`: the planted one, or random bytes."""

    client_must = "Freeze: the grant is not the one that the roster names. Nothing is sealed to the planted key."
    consistent = False

    def __init__(self, grant: bytes | None = None) -> None:
        self.grant = grant or secrets.token_bytes(sizes.SEALED_SEED)

    def edit(self, journal: bytes, log: Log) -> Log:
        return [
            replace(push, items=tuple(replace(item, grants=self._planted(item.grants)) for item in push.items))
            for push in log
        ]

    def _planted(self, grants: object) -> dict[bytes, bytes]:
        return dict.fromkeys(grants, self.grant) if isinstance(grants, dict) else {}


class WithholdGrant(LogAttack):
    """Hands out no grants."""

    client_must = "Freeze, or say that the server keeps back the key; never act as if there were nothing to read."
    consistent = False

    def edit(self, journal: bytes, log: Log) -> Log:
        return [replace(push, items=tuple(replace(item, grants={}) for item in push.items)) for push in log]


class ReencodeStatement(LogAttack):
    """Shows every roster statement in other JSON for the same values: with a space in it.

    `how` takes the bytes and gives others.
    """

    client_must = "Freeze: statements are canonical, byte for byte."

    def edit(self, journal: bytes, log: Log) -> Log:
        changes: dict[Item, Item | None] = {}
        for item in items_of(log):
            if isinstance(item, StatementItem):
                spaced = replace(item.signed, statement=item.signed.statement.replace(b":", b": ", 1))
                changes[item] = StatementItem(spaced)
        return substitute(log, changes)


class HideJournals(Attack):
    """Leaves journals out of the list, and knows nothing of them when asked. `hidden`: their ids, or every journal."""

    client_must = "Say that the server keeps back a journal that is known to exist."

    def __init__(self, *hidden: bytes) -> None:
        self.hidden = hidden

    async def answer(self, call: Call, server: Liar) -> Answer:
        for pattern in (PULL, CHAINS):
            if self._hides(call.journal("GET", pattern)):
                return await server.ask(replace(call, path="/v1/journals/AAAA/entries"))
        answer = await server.ask(call)
        if call.journal("GET", JOURNALS) is None or answer.status != 200:
            return answer
        listed = JournalList.model_validate_json(answer.body)
        left = [state for state in listed.journals if not self._hides(state.journal)]
        return answer.with_model(listed.model_copy(update={"journals": left}))

    def _hides(self, journal: bytes | None) -> bool:
        return journal is not None and (not self.hidden or journal in self.hidden)
