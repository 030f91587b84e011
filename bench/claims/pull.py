"""Pages of 500 entries, against a bare ASGI function that reads the same rows and sends the same bytes."""

import pickle
from collections.abc import Sequence

from bench.bare import bare_server
from bench.claim import Claim, Figure, Stage, interleave
from bench.load import Load, Plan
from bench.servers import port_of, serving
from bench.sides import Side
from bench.writers import BINARY, JSON, Writer, check_counts, fill, writers_at

CONNECTIONS = 4
PAGE = 500
PAGES = 10
WANTED = {JSON: 0.5, BINARY: 0.8}
NAMES = {JSON: "json", BINARY: "binary"}


async def measure(stage: Stage) -> Sequence[Figure]:
    with serving(stage.folder / "server") as server, Load() as load:
        [writer] = await writers_at(server.origin, 1)
        places = [1 + PAGE * number for number in range(stage.scaled(PAGES, 2))]  # after the genesis, whole pushes each
        await fill(writer, PAGE * len(places))
        await check_counts([writer])
        prepared = stage.folder / "pages"
        pages = {(NAMES[form], since): await _page(writer, since, form) for form in WANTED for since in places}
        prepared.write_bytes(pickle.dumps((writer.diary.journal, pages)))
        figures = []
        with bare_server("pages", str(stage.folder / "server" / "duolog.db"), str(prepared)) as bare:
            for form, at_least in WANTED.items():
                ours, limit, name = Side(load), Side(load), NAMES[form]
                plan = [Plan(port_of(server), [writer.page(since, PAGE, form) for since in places])] * CONNECTIONS
                bare_plan = [Plan(bare, [_bare(name, since) for since in places])] * CONNECTIONS
                rounds = interleave(
                    stage.rounds,
                    lambda _, side=ours, plan=plan: PAGE * side.repeat(plan),  # type: ignore[misc]
                    lambda _, side=limit, plan=bare_plan: PAGE * side.repeat(plan),  # type: ignore[misc]
                )
                also = ours.also()
                with stage.profile(f"pull_{name}", server.pid):
                    ours.repeat(plan)
                says = "a bare ASGI function that reads the same rows and sends the same bytes, made before"
                title = f"pull, pages of {PAGE}, {name}"
                figures.append(Figure(title, "entries/s", says, rounds, at_least=at_least, also=also))
    return figures


async def _page(writer: Writer, since: int, form: str) -> tuple[int, bytes]:
    """The last seq and the bytes of a page."""
    parameters = {"since": since, "limit": PAGE}
    answer = await writer.person.get(f"{writer.diary.path}/entries", params=parameters, headers={"accept": form})
    return since + PAGE, answer.raise_for_status().content


def _bare(form: str, since: int) -> bytes:
    return f"GET /?form={form}&since={since} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


CLAIM = Claim("pull", "Reading a page costs little more than its rows and its bytes.", measure)
