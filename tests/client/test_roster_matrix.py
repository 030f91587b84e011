"""The matrix of roster changes, shown to a real client by a server that helps whoever signed them: it is believed
exactly when the table allows it. Otherwise the journal freezes, for the rule that was broken.

The victim is the second partner, the founder or the confidant, whoever of them still has the keys that the roster
names. Everybody else is made up, and the server signs whatever history it likes.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import httpx2
import pytest
from fastapi import FastAPI

from app.receipts.service import ReceiptSigner
from duolog.api.common import AccountStatementModel
from duolog.api.journals import Chain, ChainList
from duolog.api.pages import MEDIA_TYPE, Placed, PulledPage, PulledPush
from duolog.client import Duolog, HttpTransport
from duolog.client.log.pull import pull
from duolog.client.log.statements import make_endings
from duolog.client.log.stored_logs import load_log
from duolog.errors import JournalFrozen, VerificationError
from duolog.protocol.log import StatementItem, first_head, next_head
from duolog.protocol.roster_statements import parse_roster
from duolog.protocol.statements import SignedStatement, statement_hash
from hostile.history import encode_page
from hostile.liar import CHAINS, PULL, Answer, Attack, Call, Liar
from tests.client.couple import UNLOCK
from tests.conftest import ORIGIN
from tests.protocol.builders import Host, Person, Randomness
from tests.protocol.roster_table import (
    CONFIDANT,
    FOUNDER,
    NEW_CONFIDANT,
    NEW_PARTNER,
    OUTSIDER,
    PARTNER,
    STATES,
    Row,
    State,
    rows_of,
)
from tests.protocol.roster_world import World, chosen, cover, person, person_ahead

TIME = 1_795_600_000  # Unix seconds


class Victim(Person):
    """A client's own account, for the builders: it can sign and be granted keys."""

    def __init__(self, duolog: Duolog, name: str) -> None:
        identity = duolog._context.identity
        self.name = name
        self.random = Randomness("victim " + name)
        self.secrets = [identity.secrets[number] for number in sorted(identity.secrets)]
        self.chain = duolog._context.chains[identity.account]


class SigningHost(Host):
    """The real server's receipt key."""

    def __init__(self, signer: ReceiptSigner) -> None:
        self.key = signer.keys[-1].key
        self.receipt = signer.sign  # type: ignore[method-assign]


@dataclass
class ShowJournals(Attack):
    """Answers for journals that are made up, and for the rest as the real server does."""

    client_must = "Believe a change exactly when the table allows it."
    pages: dict[bytes, PulledPage] = field(default_factory=dict)
    chains: list[Chain] = field(default_factory=list)

    async def answer(self, call: Call, server: Liar) -> Answer:
        page = self.pages.get(call.journal("GET", PULL) or b"")
        if page is not None:
            found = re.search(rb"since=(\d+)", call.query)
            since = int(found[1]) if found else 0
            new = PulledPage(tuple(push for push in page.pushes if push.receipt.seq > since), page.seq)
            return Answer(200, ((b"content-type", MEDIA_TYPE.encode()),), encode_page(new))
        if call.journal("GET", CHAINS) in self.pages:
            return Answer(200, ((b"content-type", b"application/json"),), b"").with_model(ChainList(chains=self.chains))
        return await server.ask(call)


def role_for_victim(state: State) -> str | None:
    """Who the victim is: a member whose newest generation is the one that the roster names."""
    return next((name for name in (PARTNER, FOUNDER, CONFIDANT) if name in state.members - {state.later}), None)


PLAYED = cover([state for state in STATES if role_for_victim(state) is not None])


@dataclass
class Lied:
    """A home, and the liar in front of it."""

    duolog: Duolog
    attack: ShowJournals
    host: SigningHost
    count: int = 0

    def world(self, state: State) -> World:
        """A journal that nobody has seen yet, with the victim in it."""
        role, self.count = role_for_victim(state), self.count + 1
        assert role is not None
        return World(state, name=str(self.count), people={role: Victim(self.duolog, role)}, host=self.host)

    def show(self, world: World, *more: SignedStatement) -> bytes:
        """The journal as it is, and behind it a push with what comes in addition, if anything. Its id."""
        journal = world.journal
        pushes = [self._push(world, 0, [item.signed for item in journal.items if isinstance(item, StatementItem)])]
        if more:
            pushes.append(self._push(world, len(journal.items), more, journal.state.head))
        self.attack.pages[journal.journal] = PulledPage(tuple(pushes), pushes[-1].receipt.seq)
        return journal.journal

    def _push(self, world: World, seq: int, statements: Sequence[SignedStatement], head: bytes = b"") -> PulledPush:
        journal, items = world.journal, []
        head = head or first_head(journal.journal)
        for number, signed in enumerate(statements, start=seq + 1):
            named = parse_roster(signed.statement)
            grants = journal.grants[named.epoch] if named.grants is not None else {}
            items.append(Placed(number, StatementItem(signed), grants))
            head = next_head(head, items[-1].item.digest)
        return PulledPush(tuple(items), self.host.receipt(journal.journal, seq + len(items), head, TIME))


@pytest.fixture
async def lied(app: FastAPI) -> AsyncIterator[Lied]:
    attack = ShowJournals()
    liar = Liar(app, attack, lambda: app.state.duolog.receipts)
    transport = HttpTransport(ORIGIN, network=httpx2.ASGITransport(app=liar))
    made = await Duolog.register(transport, home=None, unlock=UNLOCK)
    async with made.duolog as duolog:
        ahead = [person_ahead(name) for name in (FOUNDER, PARTNER, CONFIDANT)]
        others = [person(name) for name in (NEW_PARTNER, NEW_CONFIDANT, OUTSIDER)]
        shown = {one.account: one.signed for one in (*ahead, *others)}
        shown[duolog.account] = duolog._context.chains.statements(duolog.account)
        attack.chains = [
            Chain(account=account, statements=[AccountStatementModel.of(item) for item in signed])
            for account, signed in sorted(shown.items())
        ]
        yield Lied(duolog, attack, SigningHost(app.state.duolog.receipts))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_client_believes_exactly_what_the_table_allows(lied: Lied) -> None:
    for state in PLAYED:
        for row, cell in rows_of(state):
            for said, signers in chosen(state, row, cell).items():
                await believes(lied, state, row, signers, said)


async def believes(lied: Lied, state: State, row: Row, signers: frozenset[str], rule: str) -> None:
    context, world = lied.duolog._context, lied.world(state)
    signed = world.sign(world.honest(row, row.cells[state.base]), signers)
    journal, tried = lied.show(world, signed), (str(state), str(row), sorted(signers))
    if not rule:
        assert await pull(context, journal) == len(world.journal.items) + 1, tried
        after = load_log(context.store, journal).roster
        assert after is not None
        assert after.head == statement_hash(signed.statement), tried
        assert context.standing(journal).frozen is None
        return
    with pytest.raises(VerificationError) as caught:
        await pull(context, journal)
    assert caught.value.check == rule, tried
    assert load_log(context.store, journal) == replace(world.journal.state, time=TIME), "what stood before is kept"
    with pytest.raises(JournalFrozen):
        context.standing(journal).require_open()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_past_a_term_a_partner_seals_only_behind_a_removal_that_the_table_allows(lied: Lied) -> None:
    """A confidant removes nobody, and within the term there is nothing to remove."""
    context = lied.duolog._context
    for state in STATES:
        if state.rights is None or role_for_victim(state) is None:
            continue
        world = lied.world(state)
        await pull(context, lied.show(world))
        made = make_endings(context, world.roster)
        partner = role_for_victim(state) in state.partners
        assert len(made) == (1 if state.past and partner else 0), str(state)
        for one in made:
            assert world.judge(one.signed) == "", str(state)
            assert one.roster.find(world.people[CONFIDANT].account) is None
            assert (one.roster.provisional, one.roster.stale) == (state.base == "provisional", False)
