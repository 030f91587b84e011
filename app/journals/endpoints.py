"""`/v1/journals`: create and list them, their members' chains, and proposals."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.callers import Member, Partner, ProposalPath, Server, SignedIn
from app.examples import PARAMETERS
from app.journals import closings, proposals, repository, service
from app.journals.member_repository import load_named_chains
from app.journals.proposal_repository import NewProposal, list_waiting
from app.origins.repository import load_origins
from app.problems import (
    DailyLimit,
    JournalClosed,
    JournalExists,
    Malformed,
    NotFound,
    ProposalLimit,
    QuotaReached,
    RosterMoved,
    RuleBroken,
    SessionMissing,
    refusals,
)
from app.reading import Json
from app.settings import DAY
from app.state import State, state_of
from duolog.api import examples
from duolog.api.common import AccountStatementModel, GrantModel, JournalStatementModel, ReceiptModel, SignatureModel
from duolog.api.journals import (
    CarriedKey,
    Chain,
    ChainList,
    JournalCreated,
    JournalList,
    ListedJournal,
    Proposal,
    ProposalCreated,
    ProposalList,
    ProposalRequest,
)
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.ids import journal_id

router = APIRouter(prefix="/v1/journals", tags=["journals"])

MAX_LISTED = sizes.MAX_LISTED

After = Annotated[
    str,
    Query(
        max_length=43, examples=[PARAMETERS["journal"]], description="The last id of the answer before; empty to begin."
    ),
]
OfAccount = Annotated[
    str,
    Query(
        max_length=43,
        examples=[encode_b64(examples.ACCOUNT)],
        description="Only this account's statements; empty for everybody's.",
    ),
]
Generation = Annotated[
    int,
    Query(
        ge=0, le=sizes.MAX_U32, examples=[0], description="With `account`: only those of a generation after this one."
    ),
]
Limit = Annotated[int, Query(ge=1, le=MAX_LISTED, examples=[100], description="How many at most.")]


@router.post(
    "",
    operation_id="create_journal",
    summary="Create a journal",
    status_code=201,
    responses=refusals(SessionMissing, JournalExists, RuleBroken, QuotaReached, DailyLimit),
)
async def create_journal(caller: SignedIn, server: Server, genesis: Json[JournalStatementModel]) -> JournalCreated:
    """Creates a journal by its genesis; the founder is the caller. Sending it again gets the first answer."""
    receipt = await server.database.write(
        service.create_journal,
        caller.account,
        genesis.signed(),
        genesis.grants_by_account(),
        server.receipts,
        server.quotas,
        server.now(),
    )
    return JournalCreated(journal=journal_id(genesis.statement), receipt=ReceiptModel.of(receipt))


@router.get(
    "",
    operation_id="list_journals",
    summary="How far each of my journals has come",
    responses=refusals(SessionMissing),
)
async def list_journals(request: Request, caller: SignedIn, after: After = "", limit: Limit = 100) -> JournalList:
    """The poll of every client: it tells which journals have new items."""
    server = await state_of(request)
    page = caller.account, _id(after, "after"), limit + 1, server.now(), _dropped_before(server)
    rows = await server.database.look_up(repository.list_journals, *page)
    due = [row.journal for row in rows if row.due]
    for journal in due:
        await server.database.write(closings.carry_out, journal, server.receipts, server.now())
    if due:
        rows = await server.database.look_up(repository.list_journals, *page)
    listed = [
        ListedJournal(journal=row.journal, seq=row.seq, closed=row.closed, proposals=row.proposals)
        for row in rows[:limit]
    ]
    return JournalList(journals=listed, more=len(rows) > limit)


def _id(text: str, name: str) -> bytes:
    """An id of 32 bytes from a query, or nothing."""
    try:
        return parse_b64(text, sizes.HASH) if text else b""
    except MalformedData as error:
        raise Malformed(sentence=f"The parameter `{name}` is not an id.") from error


@router.get(
    "/{journal}/chains",
    operation_id="list_chains",
    summary="The account chains of everyone whom the journal's log names",
    responses=refusals(SessionMissing, NotFound),
)
async def list_chains(member: Member, server: Server, account: OfAccount = "", after: Generation = 0) -> ChainList:
    """The chains include past members', since the log can't be verified without them."""
    wanted = _id(account, "account") or None
    after = after if wanted else 0
    chains, more = await server.database.read(load_named_chains, member.journal, wanted, after, sizes.MAX_CHAIN_PAGE)
    origins = await server.database.read(load_origins, member.journal)
    return ChainList(
        receipt_keys=[
            CarriedKey(until=item.until, origin=item.origin, key=item.receipt_key) for item in origins.servers
        ],
        chains=[
            Chain(account=one, statements=[AccountStatementModel.of(item) for item in statements])
            for one, statements in chains.items()
        ],
        more=more,
    )


@router.post(
    "/{journal}/proposals",
    operation_id="create_proposal",
    summary="Propose a change of members that another member must sign too",
    status_code=201,
    responses=refusals(SessionMissing, NotFound, JournalClosed, RosterMoved, ProposalLimit, RuleBroken, DailyLimit),
)
async def create_proposal(member: Partner, server: Server, proposal: Json[ProposalRequest]) -> ProposalCreated:
    """Stores a partner's proposal until it is signed and pushed, declined, or expires because the roster moved."""
    new = NewProposal(proposal.signed(), proposal.grants_by_account(), proposal.context)
    now, before = server.now(), _dropped_before(server)
    created = await closings.write_to_journal(
        server,
        member.journal,
        lambda connection: proposals.propose(connection, member, new, server.quotas, now, before),
    )
    return ProposalCreated(proposal=created)


@router.get(
    "/{journal}/proposals",
    operation_id="list_proposals",
    summary="The proposals that wait in this journal",
    responses=refusals(SessionMissing, NotFound),
)
async def list_proposals(member: Member, server: Server) -> ProposalList:
    """Every member's proposals, each with its sealed context for the one who signs next."""
    waiting = await server.database.read(list_waiting, member.journal, _dropped_before(server))
    return ProposalList(
        proposals=[
            Proposal(
                proposal=item.id,
                proposed_at=item.proposed,
                statement=item.signed.statement,
                signatures=[
                    SignatureModel(account=one.account, signature=one.signature) for one in item.signed.signatures
                ],
                grants=[GrantModel(account=account, grant=grant) for account, grant in item.grants.items()],
                context=item.context,
            )
            for item in waiting
        ]
    )


@router.delete(
    "/{journal}/proposals/{proposal}",
    operation_id="drop_proposal",
    summary="Decline or withdraw a proposal",
    status_code=204,
    responses=refusals(SessionMissing, NotFound),
)
async def drop_proposal(proposal: ProposalPath, member: Partner, server: Server) -> Response:
    """Drops a proposal: a partner declines or withdraws any."""
    await server.database.write(proposals.drop_proposal, member, proposal)
    return Response(status_code=204)


def _dropped_before(server: State) -> int:
    return server.now() - server.settings.proposal_days * DAY
