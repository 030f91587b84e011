"""Every step that a kind forbids, in every stage: an honest client writes none, and from any other it has no effect.

The things of all kinds go from stage to stage at once, one script each. In each stage each of the two tries every step
that the rows don't give them there, and some with a content that is forbidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.settings import Settings
from duolog.client import Duolog
from duolog.client.log import outbox
from duolog.client.log.folding import journal_state, membership
from duolog.documents.applied import DAY
from duolog.documents.bodies import Answer
from duolog.documents.registry import KINDS
from duolog.documents.things import Thing, Things
from duolog.errors import NotAllowed
from duolog.protocol.blind_pairs import pair_keys
from duolog.protocol.codec import JsonObject, encode_b64
from duolog.protocol.messages import Document
from tests.attacks.conftest import liar_for
from tests.attacks.people import UNLOCK, connect
from tests.client.couple import Clock
from tests.client.couple import pair as pair_homes
from tests.conftest import running

NOTE = Answer(entry=b"n" * 16, message=b"n" * 32).encode_json()
TERMS = {"topic": "communication", "text": "No late chats.", "binds": "both"}
Tried = tuple[Duolog, str, JsonObject]


@dataclass
class Script:
    """One thing of a kind. `steps`: who takes which step, in order; each leads to a stage. `thing`: the entry."""

    kind: str
    steps: tuple[str, ...]
    first: JsonObject
    thing: bytes = b""
    met: set[str] = field(default_factory=set)


SCRIPTS = (
    Script(
        "boundary",
        ("ada propose", "sam accept", "sam contest", "ada amend", "sam decline", "ada retire", "sam retire"),
        {"wording": TERMS},
    ),
    Script("boundary", ("ada propose", "ada take_back"), {"wording": TERMS | {"text": "No calls after ten."}}),
    Script(
        "disclosure",
        ("ada tell", "sam acknowledge", "sam reflect", "ada not_quite", "sam reflect", "ada heard", "sam respond"),
        {"form": "disclosure", "text": NOTE, "about": "Robin"},
    ),
    Script("disclosure", ("sam tell", "ada set_aside"), {"form": "impact", "text": NOTE, "about": "Robin"}),
    Script("promise", ("sam make", "sam mark", "sam renew", "sam end"), {"form": "offer", "text": "I show it."}),
    Script("promise", ("ada make", "ada mark", "ada end"), {"form": "habit", "text": "I walk."}),
    Script("pause", ("ada call", "ada extend", "ada return"), {}),
    Script("breach", ("ada open", "sam account", "ada close", "ada reopen"), {"as": "own", "text": NOTE}),
    Script("check_in", ("ada begin", "ada commit", "sam commit", "sam reveal", "ada reveal"), {"form": "week"}),
    Script("check_in", ("sam begin", "ada set_aside", "sam set_aside"), {"form": "review"}),
)
ROUNDS = max(len(script.steps) for script in SCRIPTS)


@dataclass
class Stage:
    """Ada and Sam, and one journal with a thing of every kind."""

    people: dict[str, Duolog]
    journal: bytes
    clock: Clock

    def things(self, person: Duolog, kind: str) -> Things[Any]:
        found: Things[Any] = journal_state(person._context, self.journal).part(KINDS[kind])
        return found

    def every(self, person: Duolog) -> dict[str, dict[bytes, Thing]]:
        return {script.kind: dict(self.things(person, script.kind)) for script in SCRIPTS}

    def fields(self, kind: str, step: str, person: Duolog, thing: bytes) -> JsonObject:
        """What a step says besides what it names, so that its body alone is no reason to refuse it."""
        k = person.account
        _, commitment = pair_keys(k, self.journal, thing or bytes(16), person.account)
        said: dict[str, JsonObject] = {
            "counter": {"wording": TERMS | {"text": "No chats at all."}},
            "amend": {"wording": TERMS | {"text": "No late calls."}},
            "contest": {"words": "It hurts."},
            "not_quite": {"words": "One more thing."},
            "tell": {"form": "supplement", "text": NOTE, "about": "More"},
            "renew": {"until": self.clock.now + 60 * DAY},
            "extend": {"until": self.clock.now + 7200},
            "commit": {"sealed": encode_b64(bytes(4136)), "commitment": encode_b64(commitment)},
            "reveal": {"k": encode_b64(k)},
        }
        words = {"text": NOTE} if step in ("reflect", "respond", "account") else {}
        return {"step": step, **said.get(step, {}), **words}

    def step_of(self, script: Script, number: int) -> tuple[Duolog, JsonObject]:
        """The next step of a script."""
        name, step = script.steps[number].split()
        person = self.people[name]
        if number == 0:
            runs = {"offer": 30 * DAY, "pause": 3600}
            length = runs.get(str(script.first.get("form", script.kind)))
            until = {} if length is None else {"until": self.clock.now + length}
            return person, {"step": step, **script.first, **until}
        thing = self.things(person, script.kind)[script.thing]
        named = next(one.names for one in self.possible(script.kind, thing, person) if one.step == step)
        assert named is not None
        return person, self.fields(script.kind, step, person, script.thing) | {"answers": link(thing, named)}

    def possible(self, kind: str, thing: Thing, person: Duolog) -> tuple[Any, ...]:
        context, machine = person._context, KINDS[kind].machine
        assert machine is not None
        roster = context.standing(self.journal).require_open()
        things = self.things(person, kind)
        return machine.steps(things, thing, person.account, self.clock.now, membership(roster))

    def forbidden(self, script: Script) -> Iterator[Tried]:
        """Each step that the rows don't give to one of the two where this thing stands."""
        for person in self.people.values():
            thing = self.things(person, script.kind)[script.thing]
            for one in self.possible(script.kind, thing, person):
                if one.why_not is not None:
                    script.met.add(one.step)
                    named = link(thing, one.names or thing.entry)
                    body = self.fields(script.kind, one.step, person, thing.entry)
                    yield person, script.kind, body | {"answers": named}

    def forbidden_bodies(self) -> Iterator[Tried]:
        """Steps of which the content is forbidden, while every thing stands in its first stage."""
        ada, sam = self.people.values()
        now, letter = self.clock.now, SCRIPTS[2]
        alone = {"topic": "time", "text": "You are home by ten.", "binds": "you"}
        hers = self.things(ada, "disclosure")[letter.thing]
        waits = self.things(ada, "boundary")[SCRIPTS[0].thing]
        saw = {"step": "open", "as": "saw", "text": NOTE}
        yield ada, "promise", {"step": "make", "form": "offer", "text": "For ever.", "until": now + 91 * DAY}
        yield ada, "promise", {"step": "make", "form": "habit", "text": "I walk.", "until": now + DAY}
        yield sam, "pause", {"step": "call", "until": now + 300}
        yield sam, "pause", {"step": "call", "until": now + 25 * 3600}
        yield ada, "pause", {"step": "call", "until": now + 3600}
        yield ada, "boundary", {"step": "propose", "wording": alone}
        yield sam, "boundary", {"step": "propose", "wording": TERMS}
        yield sam, "breach", saw | {"answers": link(waits, waits.entry)}
        yield sam, "disclosure", self.fields("disclosure", "tell", sam, b"") | {"answers": link(hers, hers.entry)}
        yield ada, "disclosure", {"step": "tell", **letter.first}
        yield sam, "check_in", {"step": "begin", "form": "week"}
        yield sam, "check_in", {"step": "begin", "form": "review"}

    def wrong_key(self) -> Iterator[Tried]:
        """A key that is not the one of the sealed answer."""
        ada = self.people["ada"]
        thing = self.things(ada, "check_in")[SCRIPTS[-2].thing]
        yield ada, "check_in", {"step": "reveal", "answers": link(thing, thing.entry), "k": encode_b64(b"w" * 32)}

    async def settle(self) -> None:
        for person in (*self.people.values(), *self.people.values()):
            await person.sync()

    async def go_on(self, number: int) -> None:
        """Every thing to its next stage."""
        for script in SCRIPTS:
            if number < len(script.steps):
                person, body = self.step_of(script, number)
                entry = outbox.post(person._context, self.journal, self.document(script.kind, body))
                script.thing = script.thing or entry
        await self.settle()

    def document(self, kind: str, body: JsonObject) -> Document:
        return Document(kind, KINDS[kind].v, self.clock.now, body)

    async def refused(self, tried: list[Tried], monkeypatch: pytest.MonkeyPatch) -> None:
        """The honest client writes none of these; a changed one writes all, and they change nothing for anybody."""
        before, reasons = [self.every(person) for person in self.people.values()], dict[bytes, str]()
        assert before[0] == before[1]
        said = []
        for person, kind, body in tried:
            with pytest.raises(NotAllowed) as caught:
                await person.write(self.journal, kind, body)
            assert str(caught.value).endswith("."), body
            assert [*outbox.waiting_documents(person._context, self.journal)] == []
            said.append(str(caught.value))
        with monkeypatch.context() as patch:
            patch.setattr(outbox, "require_allowed", lambda *_: None)
            for (person, kind, body), sentence in zip(tried, said, strict=True):
                reasons[outbox.post(person._context, self.journal, self.document(kind, body))] = sentence
        await self.settle()
        for person, things in zip(self.people.values(), before, strict=True):
            shown = {one.entry: one.without_effect for one in await person.timeline(self.journal)}
            assert {entry: shown[entry] for entry in reasons} == reasons
            assert self.every(person) == things


def link(thing: Thing, entry: bytes) -> JsonObject:
    text = thing.texts[entry]
    return Answer(entry=text.entry, message=text.message).encode_json()


async def test_every_forbidden_step_is_refused_by_its_author_and_has_no_effect_for_anybody(
    attacked_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    async with running(attacked_settings, clock) as app:
        hers, his = [
            await Duolog.register(connect(liar_for(app)), home=None, unlock=UNLOCK, clock=clock) for _ in range(2)
        ]
        async with hers.duolog as ada, his.duolog as sam:
            stage = Stage({"ada": ada, "sam": sam}, await pair_homes(ada, sam), clock)
            for number in range(ROUNDS):
                await stage.go_on(number)
                moved = [script for script in SCRIPTS if number < len(script.steps)]
                tried = [one for script in moved for one in stage.forbidden(script)]
                tried += [*stage.forbidden_bodies()] if number == 0 else []
                tried += [*stage.wrong_key()] if number == 2 else []
                await stage.refused(tried, monkeypatch)
    for kind in {script.kind for script in SCRIPTS}:
        machine = KINDS[kind].machine
        assert machine is not None
        met = set[str]().union(*(script.met for script in SCRIPTS if script.kind == kind))
        assert met == {row.step for row in machine.rows if row.register is not None}, kind
