"""The cost of a push and of a pull, with many journals against few: hot ones, and ones that nobody has asked for."""

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from statistics import median

import psycopg

from bench.claim import Claim, Figure, Note, Stage, interleave
from bench.load import Load, Plan
from bench.loading import EACH, Loaded, load
from bench.servers import port_of, postgresql, serving
from bench.writers import person_at
from duolog.protocol.roster_statements import RosterStatement, parse_roster
from tests.app.people import Diary

FEW = 10_000  # entries of the small database
REQUESTS = 200  # of a round, one after the other
HOT = 16  # journals
COUNTED_SECONDS = 11  # until an idle connection of PostgreSQL has told what it counted


async def measure(stage: Stage) -> Sequence[Figure]:
    with ExitStack() as stack:
        cluster = stack.enter_context(postgresql(max_wal_size="4GB", track_io_timing="on"))
        sender = stack.enter_context(Load())
        sides = []
        few = stage.scaled(FEW, 100 * EACH)
        for name, entries in (("large", stage.entries), ("small", few)):
            address = cluster.database(name)
            server = stack.enter_context(serving(stage.folder / name, database=address, retention_seconds="0"))
            template = await _template(server.origin, address)
            journals = await asyncio.to_thread(load, address, template, entries)
            requests = stage.scaled(REQUESTS, HOT)
            sides.append(_Database(sender, port_of(server), address, template, journals, requests))
        large, small = sides
        figures = []
        before = _fetched(sides)
        for what, request in (("push", Loaded.push), ("pull", Loaded.pull)):
            for hot in (True, False):
                rounds = interleave(stage.rounds, large.side(request, hot=hot), small.side(request, hot=hot))
                journals_of = f"{HOT} journals again and again" if hot else "each time another journal"
                title = f"{what} among {stage.entries:,} entries, {'hot' if hot else 'cold'}"
                also: dict[str, Note] = {"journals": large.journals, "requests of a round": journals_of}
                now = _fetched(sides)
                for side, was, so_far, size in zip(sides, before, now, ("many", "few"), strict=True):
                    count = (stage.rounds + 1) * side.requests
                    pages, waited = ((late - early) / count for early, late in zip(was, so_far, strict=True))
                    also[f"pages that PostgreSQL fetched from outside its memory, a request among {size}"] = pages
                    also[f"ms that it waited for them, a request among {size}"] = waited
                before = now
                limit = f"the same among {few:,} entries"
                figures.append(Figure(title, "ms", limit, rounds, at_most=1.3, also=also))
    return figures


class _Database:
    """A loaded database behind a server. `journals`: how many it has."""

    def __init__(
        self, load: Load, port: int, address: str, template: RosterStatement, journals: int, requests: int
    ) -> None:
        self.requests = requests  # of a round
        self._load, self._port, self._address, self._template, self.journals = load, port, address, template, journals
        # The stride is a prime, so that the numbers jump about and each journal comes once before any comes again.
        self._cold = (number * 7919 % journals for number in itertools.count(HOT))

    def side(self, request: Callable[[Loaded], bytes], *, hot: bool) -> Callable[[int], float]:
        """The median milliseconds of a request, one after the other over one connection."""

        def run(_: int) -> float:
            numbers = [at % HOT if hot else next(self._cold) for at in range(self.requests)]
            requests = [request(Loaded(number, self._template)) for number in numbers]
            return median(self._load.run([Plan(self._port, requests)]).waits) * 1000

        return run

    def fetched(self) -> tuple[float, float]:
        """The pages of this database that PostgreSQL ever read from outside its memory, and the ms that this took."""
        query = "SELECT blks_read, blk_read_time FROM pg_stat_database WHERE datname = current_database()"
        with psycopg.connect(self._address) as connection:
            found = connection.execute(query).fetchone()
        assert found is not None
        pages, waited = found
        return float(pages), float(waited)


def _fetched(sides: Sequence[_Database]) -> list[tuple[float, float]]:
    """As `_Database.fetched`, of each, once PostgreSQL has told everything that it counted."""
    time.sleep(COUNTED_SECONDS)
    return [side.fetched() for side in sides]


async def _template(origin: str, address: str) -> RosterStatement:
    """The roster of a real couple on this server."""
    ada, sam = await person_at(origin), await person_at(origin)
    diary = await (await Diary(ada).create()).make_couple(sam)
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT roster FROM journals WHERE journal = %s", (diary.journal,)).fetchone()
    assert found is not None
    return parse_roster(found[0])


CLAIM = Claim("scale", f"A request costs as much among millions of entries, {EACH} a journal, as among few.", measure)
