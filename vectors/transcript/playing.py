"""Playing the transcript with programs: each act is told to one of them, and what it sends and gives is compared."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from app.receipts.service import ReceiptSigner
from hostile.liar import Attack, Liar
from hostile.talk import Crashed, Hung, Talk
from hostile.wire import serving
from vectors.transcript import compare, evening
from vectors.transcript.beside import real_server
from vectors.transcript.lines import Act, Json
from vectors.transcript.player import Player
from vectors.transcript.server import ORIGIN

PATIENCE = 60.0  # seconds for one act
_LAST = 0.2  # seconds for the last answer to arrive
Tell = Callable[[str, Json], Awaitable[Mapping[str, object]]]  # a person and a line; what the program gives


@dataclass(frozen=True, slots=True)
class Played:
    """How far a client came. `fault`: the first difference; `unsupported`: the first act that it lacks."""

    acts: int
    of: int
    fault: str = ""
    unsupported: str = ""

    def __str__(self) -> str:
        if self.fault:
            return f"{self.acts} of {self.of} acts, and then: {self.fault}"
        if self.unsupported:
            return f"{self.acts} of {self.of} acts; the client lacks {self.unsupported}"
        return f"{self.acts} of {self.of} acts, every request as it stands in the transcript"


async def play(tell: Tell, player: Player, acts: Sequence[Act], connect: str = "") -> Played:
    """Tell each act, and compare. `connect`: where the player listens, if that isn't the transcript's address."""
    for done, act in enumerate(acts):
        try:
            gives = await tell(act.line["by"], line_for(act, connect))
        except (Crashed, Hung) as error:
            return Played(done, len(acts), player.fault or f"{act}: {error}")
        if gives.get("unsupported"):
            return Played(done, len(acts), unsupported=str(act))
        if fault := player.fault or _fault(gives, player, act):
            return Played(done, len(acts), fault)
    return Played(len(acts), len(acts))


def _fault(gives: Mapping[str, object], player: Player, act: Act) -> str:
    if "error" in gives:
        return f"{act}: the client says {gives['error']}: {gives.get('say', '')}"
    if left := player.left_of(act):
        due = left[0].request
        return f"{act} is over, and request {left[0].number} was not sent: {due['method']} {due['target']}"
    other = compare.first(act.gives, gives, given_alone=True)
    return f"{act} gives otherwise: {other}" if other else ""


def line_for(act: Act, connect: str = "") -> Json:
    """The line that a program is told: the verb and its fields, the time, and the randomness of this act."""
    where = {"connect": connect} if connect else {}
    fields = act.line.get("with", {})
    return {"verb": act.line["verb"], "now": act.line["now"], "draws": act.draws, **where, **fields}


async def play_programs(
    command: Sequence[str], acts: Sequence[Act], folder: Path, port: int, patience: float = PATIENCE
) -> Played:
    """Play with a program that is started once for each person."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(real_server(folder / "server"))
        player = Player(acts, server.ask)
        address = await stack.enter_async_context(serving(line_to(player), port))
        talks = {person: Talk(command, folder / person, patience) for person in evening.PEOPLE}
        for talk in talks.values():
            stack.push_async_callback(talk.stop)

        async def tell(person: str, line: Json) -> Mapping[str, object]:
            return await talks[person].say(line.pop("verb"), **line)

        return await play(tell, player, acts, "" if address == ORIGIN else address)


async def serve(acts: Sequence[Act], folder: Path, port: int) -> str:
    """Play the transcript to whatever connects, until it is over or differs; the first difference, or empty."""
    async with real_server(folder / "server") as server:
        player = Player(acts, server.ask)
        async with serving(line_to(player), port) as address:
            sys.stdout.write(f"The transcript's server listens at {address}.\n")
            sys.stdout.flush()
            await player.ended.wait()
            await asyncio.sleep(_LAST)
    return player.fault


def line_to(attack: Attack) -> Liar:
    """A player, or who answers in its place, as an application."""
    return Liar(_nobody, attack, _no_key)


async def _nobody(*_: object) -> None:
    raise LookupError("No server stands behind the transcript.")


def _no_key() -> ReceiptSigner:
    raise LookupError("The transcript's receipts are signed already.")
