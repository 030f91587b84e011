"""The practice: things of a kind with steps are listed and shown, and a step names the text that the rows say.

A kind's own class adds typed steps and nothing else. No kind is named here.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Generic

from duolog.client.journals.thing_views import ListedThing, ThingView, find_thing, list_things, steps_with, view_thing
from duolog.client.journals.views import Written
from duolog.client.journals.writing import WORDS_FIELD, Words, deliver_now, note_body
from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state
from duolog.client.log.outbox import post, post_with_words
from duolog.client.log.session import Session
from duolog.documents.bodies import Answer
from duolog.documents.kind import Kind
from duolog.documents.registry import KINDS
from duolog.documents.things import Text, Things, X
from duolog.errors import NotAllowed
from duolog.protocol.codec import JsonObject
from duolog.protocol.messages import Document


class Practice(Generic[X]):
    """The things of one kind in one journal. A thing is named by any entry of it: its id, or one of its texts.

    Raises:
        NotAllowed: from every step, when the rules forbid it now, or there is no such thing; nothing is stored or sent.
        MalformedData: when a text is blank or too long; nothing is stored or sent.
        JournalFrozen, HomeError: as `Duolog.write`.
    """

    kind: ClassVar[str]

    def __init__(self, session: Session, journal: bytes) -> None:
        self._session, self._journal = session, journal

    async def list(self) -> tuple[ListedThing[X], ...]:
        """Everything of this kind, oldest first, without its words. Without the network."""
        async with self._session.alone() as context:
            return list_things(context, self._journal, self._kind)

    async def show(self, thing: bytes) -> ThingView[X]:
        """One of them whole, with its words. Nobody is told. Without the network. Raises: NotAllowed."""
        async with self._session.alone() as context:
            return view_thing(context, self._journal, self._kind, thing)

    @property
    def _kind(self) -> Kind[Any, Any]:
        return KINDS[self.kind]

    def _things(self, context: Context) -> Things[X]:
        context.standing(self._journal).require_here()
        things: Things[X] = journal_state(context, self._journal).part(self._kind)
        return things

    def _find(self, context: Context, entry: bytes) -> X:
        return find_thing(self._things(context), entry)

    async def _make(self, step: str, beside: Words | None = None, **fields: Any) -> Written:
        """Take a step that makes a thing. `beside`: the words of its note. A field that is None is left out."""
        async with self._session.alone() as context:
            return await self._post(context, {"step": step, **_given(fields)}, beside)

    async def _take(self, step: str, thing: bytes, beside: Words | None = None, **fields: Any) -> Written:
        """Take a step with a thing. It names the text that the rows say, which must be here."""
        async with self._session.alone() as context:
            named = self._named(context, step, self._find(context, thing))
            return await self._post(context, {"step": step, "answers": link(named), **_given(fields)}, beside)

    def _named(self, context: Context, step: str, thing: X) -> Text:
        possible = [one for one in steps_with(context, self._journal, self._kind, thing) if one.step == step]
        if not possible:  # the journal takes none; writing says why
            return next(iter(thing.texts.values()))
        if possible[0].names is None:
            raise NotAllowed(possible[0].why_not or "There is no text for this step now.")
        return thing.texts[possible[0].names]

    async def _post(self, context: Context, body: JsonObject, beside: Words | None) -> Written:
        now = context.clock()
        step = Document(self.kind, self._kind.v, now, body)
        if beside is None:
            entry = post(context, self._journal, step)
        else:
            note = Document("note", KINDS["note"].v, now, note_body(beside))
            entry = post_with_words(context, self._journal, note, step, WORDS_FIELD)
        return await deliver_now(context, entry, self._journal)


def link(text: Text) -> JsonObject:
    """A link to a text as a body holds it."""
    return Answer(entry=text.entry, message=text.message).encode_json()


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
