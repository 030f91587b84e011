"""One evening with one attack: two people pair and write, the server lies to one of them, and is honest again.

Rules
- Both people use the client under test. The attack is switched on while Sam's client runs a verb; Ada's is told the
  truth, so that the two can be compared. Before they are paired, both are lied to.
- Sam's client is started anew before its last reading: what it knows must be on its disk.
- Some attacks are met only by who rotates, or restores. Where the client lacks that verb, they are not reached.
- An evening ends at the first thing that makes it pointless to go on: a crash, a program that hangs, nobody paired.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from duolog.errors import MalformedData
from duolog.seal.links import parse_link
from hostile.catalogue import CATALOGUE, Listed
from hostile.judging import (
    NAMELESS,
    Answer,
    Named,
    Person,
    Shown,
    fault_in,
    is_frozen,
    journals_of,
    lost_at_the_end,
    named_in,
    notice,
)
from hostile.liar import Answer as HttpAnswer
from hostile.liar import Attack, Call, Liar
from hostile.results import Result
from hostile.served import own_server
from hostile.talk import Crashed, Hung, Talk

PROGRAMS = ("Ada", "Sam", "Sam's other computer")
_ROUNDS = 8  # of both, until they are paired


class Watched(Attack):
    """An attack, and how often its answer was not the server's."""

    def __init__(self, attack: Attack) -> None:
        self.attack = attack
        self.lies = 0

    async def answer(self, call: Call, server: Liar) -> HttpAnswer:
        """Lie, and count."""
        asking = _Asking(server, call)
        answer = await self.attack.answer(call, asking)
        self.lies += asking.changed or (answer.status, answer.body, answer.pause, answer.claims) not in asking.given
        return answer


class _Asking(Liar):
    """A liar that remembers what the real server answered to a call. Another place of a log is another call."""

    def __init__(self, liar: Liar, call: Call) -> None:
        super().__init__(liar.app, liar.attack, lambda: liar.receipts)
        self._call = call
        self.changed = False  # whether the server was sent something else
        self.given: list[tuple[int, bytes, float, int | None]] = []

    async def ask(self, call: Call) -> HttpAnswer:
        """The real server's answer, remembered."""
        answer = await super().ask(call)
        same = call.path == self._call.path and (call.query == self._call.query or not call.path.endswith("/entries"))
        self.changed = self.changed or (same and (call.method, call.body) != (self._call.method, self._call.body))
        if same:
            self.given.append((answer.status, answer.body, answer.pause, answer.claims))
        return answer


class _Over(Exception):
    """The evening ends here."""


@dataclass
class Outcome:
    """The end of one attack. `why`: a sentence for a failure, or the one that the client said. `named`: its error."""

    attack: str
    result: Result
    why: str = ""
    named: Named = NAMELESS

    @property
    def as_expected(self) -> bool:
        """Whether the catalogue names this result."""
        return self.result is Result.NOT_REACHED or self.result in CATALOGUE[self.attack].right


@dataclass
class Evening:
    """Ada and Sam, each with a program, and a server between them."""

    liar: Liar
    origin: str
    talks: dict[str, Talk]
    listed: Listed
    people: dict[str, Person] = field(default_factory=lambda: {name: Person(name) for name in ("Ada", "Sam")})
    written: dict[str, str] = field(default_factory=dict)
    noticed: Result | None = None
    said: str = ""
    named: Named = NAMELESS
    words: list[str] = field(default_factory=list)  # of Sam's recovery sheet
    lacks: str = ""  # the verb that the client doesn't have
    lying: bool = False  # to Sam
    everybody: bool = False  # to Ada as well
    unheard: list[Answer] = field(default_factory=list)  # what `write` said since the last look

    def __post_init__(self) -> None:
        self.watched = Watched(self.listed.attack())

    async def say(self, name: str, verb: str, **fields: Any) -> Answer:
        """One verb of one person, under the attack where they are lied to."""
        self.liar.attack = self.watched if self.everybody or (name != "Ada" and self.lying) else Attack()
        answer = await self.talks[name].say(verb, **fields)
        self.liar.attack = Attack()
        if answer.get("unsupported"):
            self.lacks = verb
        if name not in self.people:
            return answer
        person = self.people[name]
        person.frozen = person.frozen or is_frozen(answer) or answer.get("error") == "frozen"
        if verb == "read" and (shown := Shown.of(answer)) is not None:
            person.shown.append(shown)
        return answer

    def take(self, *answers: Answer) -> None:
        """Remember the first thing that a client says about the attack."""
        found = notice(*answers)
        if self.noticed is None and found is not None and self.watched.lies:
            said = [str(answer["say"]) for answer in answers if answer.get("say")]
            self.noticed, self.said = found, said[0] if said else ""
            self.named = named_in(*answers)

    async def look(self, name: str) -> None:
        """Read, and see how things stand."""
        answers = (*self.unheard, await self.say(name, "read"), await self.say(name, "status"))
        self.unheard = []
        self.take(*answers)

    async def write(self, name: str, text: str) -> None:
        """Write a text; whether the client took it is remembered."""
        self.written[text] = name
        answer = await self.say(name, "write", text=text)
        if "error" not in answer:
            self.people[name].taken.append(text)
        self.unheard.append(answer)

    async def register(self) -> None:
        """Both register. Raises: _Over when one can't."""
        self.everybody = self.listed.begins == "registering"
        for name in self.people:
            answer = await self.say(name, "register", server=self.origin)
            self.take(answer)
            self.words = list(answer.get("words", ()))
            if "error" in answer:
                raise _Over(f"`register` says: {answer.get('say')}")

    async def pair(self) -> None:
        """Ada invites, Sam joins, both compare the words. Raises: _Over when they don't come together."""
        self.everybody = self.everybody or self.listed.begins == "pairing"
        invited = await self.say("Ada", "invite")
        self.take(invited)
        link = str(invited.get("link", ""))
        if not link:
            raise _Over(f"`invite` gives no link: {invited.get('say')}")
        tell(self.watched.attack, link)
        joined = await self.say("Sam", "join", link=link)
        self.take(joined)
        if "error" in joined:
            raise _Over(f"`join` says: {joined.get('say')}")
        compared = False
        for _ in range(_ROUNDS):
            states = {name: await self.say(name, "status") for name in self.people}
            self.take(*states.values())
            words = [_words(answer) for answer in states.values()]
            if all(any(item.get("state") == "ok" for item in journals_of(answer)) for answer in states.values()):
                return
            if all(words) and words[0] != words[1]:
                raise _Over("The eight words differ.")
            if all(words) and not compared:
                compared = True
                for name in self.people:
                    self.take(await self.say(name, "join", words=words[0]))
        raise _Over(f"The two were not paired after {_ROUNDS} rounds.")

    async def before(self) -> None:
        """Each writes something that the other reads. Raises: _Over when that doesn't work."""
        await self.write("Ada", "the first, of Ada")
        await self.look("Sam")
        await self.write("Sam", "the second, of Sam")
        await self.look("Ada")
        await self.look("Sam")
        for person in self.people.values():
            if not person.shown or person.shown[-1].texts != list(self.written):
                raise _Over(f"{person.name} can't read what both wrote.")
        if self.listed.scene == "rotated":
            await self.rotate("Sam")
            await self.look("Ada")

    async def rotate(self, name: str) -> None:
        """One of them rotates their account."""
        self.take(await self.say(name, "rotate"))

    async def restore(self) -> None:
        """Sam restores his account on another computer."""
        self.take(await self.say("Sam's other computer", "restore", server=self.origin, words=self.words))

    async def under_attack(self) -> None:
        """Sam is lied to while Ada writes, while he reads, and while he writes."""
        self.lying = True
        await self.look("Sam")
        if self.listed.scene == "rotating":
            await self.rotate("Ada")
        if self.listed.scene == "restoring":
            await self.restore()
        for text in ("the third, of Ada", "the fourth, of Ada"):
            await self.write("Ada", text)
        await self.look("Sam")
        await self.write("Sam", "the fifth, of Sam")
        await self.look("Sam")

    async def after(self) -> None:
        """The server is honest again, and Sam's client was started anew."""
        self.lying = self.everybody = False
        await self.look("Ada")
        await self.write("Ada", "the sixth, of Ada")
        await self.look("Ada")
        await self.talks["Sam"].stop()
        await self.look("Sam")
        await self.look("Ada")


async def play(name: str, command: Sequence[str], folder: Path, patience: float) -> Outcome:
    """One evening with an attack, at a server and in homes of its own."""
    listed = CATALOGUE[name]
    async with own_server(folder / "server") as (liar, origin), _programs(command, folder, patience) as talks:
        evening = Evening(liar, origin, talks, listed)
        return await judged(name, evening)


async def judged(name: str, evening: Evening) -> Outcome:
    """Play it; how it ends."""
    finished = False
    try:
        await evening.register()
        await evening.pair()
        await evening.before()
        await evening.under_attack()
        await evening.after()
        finished = True
    except Crashed as error:
        return Outcome(name, Result.CRASHED, str(error))
    except Hung as error:
        return Outcome(name, Result.HUNG, str(error))
    except _Over as error:
        if not evening.watched.lies:
            return Outcome(name, Result.STUCK, str(error))
        evening.noticed, evening.said = evening.noticed or Result.REFUSED, evening.said or str(error)
    for person in evening.people.values():
        due = list(evening.written) if not any(item.frozen for item in evening.people.values()) else []
        fault = fault_in(person, evening.written)
        if fault is None and finished:
            fault = lost_at_the_end(person, evening.written, [text for text in due if _is_taken(evening, text)])
        if fault is not None:
            return Outcome(name, *fault)
    if not evening.watched.lies and name != "honest":
        return Outcome(name, Result.NOT_REACHED, f"The client lacks `{evening.lacks}`." if evening.lacks else "")
    result = evening.noticed or Result.DELAYED
    if result is Result.DELAYED and Result.DELAYED not in evening.listed.right:
        return Outcome(name, Result.UNNOTICED, "The client went on as if nothing were.")
    return Outcome(name, result, evening.said, evening.named)


def _is_taken(evening: Evening, text: str) -> bool:
    return text in evening.people[evening.written[text]].taken


def tell(attack: Attack, link: str) -> None:
    """Tell an attack the secret of a link, where it is somebody who has read it."""
    if hasattr(attack, "link"):
        with suppress(MalformedData):  # another client's link may have a form of its own; then nobody has read it
            attack.link = parse_link(link).secret


def _words(answer: Answer) -> list[str]:
    for journal in journals_of(answer):
        words = journal.get("words")
        if isinstance(words, list) and words:
            return [str(word) for word in words]
    return []


@asynccontextmanager
async def _programs(command: Sequence[str], folder: Path, patience: float) -> AsyncIterator[dict[str, Talk]]:
    talks = {name: Talk(command, folder / name.lower(), patience) for name in PROGRAMS}
    try:
        yield talks
    finally:
        for talk in talks.values():
            await talk.stop()
