"""Check-ins of one journal: two answers to the same questions, which open together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from duolog.client.journals import answering
from duolog.client.journals.people import mine_first
from duolog.client.journals.practice import Practice
from duolog.client.journals.thing_views import find_thing, look_at, steps_with
from duolog.client.journals.views import Written
from duolog.client.log.context import Context
from duolog.client.log.expected import expected_state
from duolog.client.log.outbox import deliver, post
from duolog.client.log.session import make_ready
from duolog.documents.kinds.check_in import CheckIn
from duolog.documents.kinds.check_in_answers import Form, answer_lines, encode_answer, parse_answer
from duolog.documents.things import Things
from duolog.errors import DuologError, NotAllowed, ServerRefused, TransportError
from duolog.protocol.codec import encode_message_json
from duolog.protocol.messages import Document
from duolog.seal.blind_pairs import PairSecret, open_answer


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One person's answer. `lines`: in plain words, safe on a terminal; none where `problem` says why it isn't open."""

    account: bytes
    mine: bool
    lines: tuple[str, ...]
    problem: str | None = None


class CheckIns(Practice[CheckIn]):
    """The check-ins of one journal. An answer is what `duolog.documents.kinds.check_in_answers` says, without `form`.

    Raises: as `Practice`.
    """

    kind = "check_in"

    async def begin(self, form: Form, answer: Mapping[str, Any], *, more: Mapping[str, Any] | None = None) -> Written:
        """Begin one with my own answer, sealed until both have answered. `more`: further fields of `begin`."""
        data = _encoded(form, answer)
        async with self._session.alone() as context:
            body = {"step": "begin", "form": form, **(more or {})}
            with context.store.transaction():
                entry = post(context, self._journal, Document(self.kind, self._kind.v, context.clock(), body))
                answering.keep_answer(context, self._journal, entry, data)
            return await self._go_on(context, entry)

    async def answer(self, check_in: bytes, answer: Mapping[str, Any]) -> Written:
        """Give my own answer to one that is open. The other's opens when both have answered."""
        async with self._session.alone() as context:
            found = self._find(context, check_in)
            data = _encoded(found.form, answer)
            if answering.has_answer(context, self._journal, found):  # check: client.answered_once
                raise NotAllowed("You have answered already.")
            steps = steps_with(context, self._journal, self._kind, found)
            possible = next(one for one in steps if one.step == "commit")
            if possible.why_not is not None:
                raise NotAllowed(possible.why_not)
            answering.keep_answer(context, self._journal, found.entry, data)
            return await self._go_on(context, found.entry)

    async def reveal(self, check_in: bytes) -> Written:
        """Publish my key, where that was left to me because much time had passed."""
        async with self._session.alone() as context:
            entry = answering.reveal(context, self._journal, self._find(context, check_in))
            return await self._go_on(context, entry)

    async def waits_for_me(self, check_in: bytes) -> bool:
        """Whether my key is published only when I say so, because much time has passed. Without the network."""
        async with self._session.alone() as context:
            found = self._things(context).get(check_in)
            if found is None:  # its first step waits to be sent
                return False
            late = answering.is_late(context, self._journal, found)
            return late and answering.may_reveal(context, self._journal, found)

    async def set_aside(self, check_in: bytes) -> Written:
        """Not this one. It can be said until my own key counts."""
        return await self._take("set_aside", check_in)

    async def answers(self, check_in: bytes) -> tuple[AnswerView, ...]:
        """My own answer first, and the other's once both are open. Without the network."""
        async with self._session.alone() as context:
            things: Things[CheckIn] = expected_state(context, self._journal).part(self._kind)
            found = find_thing(things, check_in)
            sent = self._things(context).get(found.entry)
            both = sent is not None and sent.standing == "opened"  # a key that waits here opens nothing
            return tuple(
                self._opened(context, found, one, both=both) for one in mine_first(found.between, context.account)
            )

    def _opened(self, context: Context, found: CheckIn, account: bytes, *, both: bool) -> AnswerView:
        mine, opening = account == context.account, found.opening(account)
        try:
            kept = answering.my_answer(context, self._journal, found) if mine else None
            if kept is not None:
                data = kept.answer
            elif opening is not None and (mine or both):
                place = (self._journal, found.entry, account)
                data = open_answer(PairSecret(opening.k), *place, opening.sealed, opening.commitment)
            else:
                return AnswerView(account, mine, (), "It is not open.")
            lines = answer_lines(parse_answer(data, found.form), account, look_at(context, self._journal).voice)
        except DuologError as error:
            return AnswerView(account, mine, (), str(error))
        return AnswerView(account, mine, lines)

    async def _go_on(self, context: Context, entry: bytes) -> Written:
        """Deliver the account journal first, then what waits here, then the commit and the key."""
        try:
            await make_ready(context)
            for journal in (context.identity.account_journal, self._journal):
                await deliver(context, journal)
            await answering.go_on(context, self._journal)
        except (TransportError, ServerRefused) as error:
            return Written(entry, delivered=False, problem=error)
        return Written(entry, delivered=True)


def _encoded(form: Form, answer: Mapping[str, Any]) -> bytes:
    return encode_answer(parse_answer(encode_message_json({"form": form, **answer}), form, writing=True))
