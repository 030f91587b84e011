"""Importing: the entries of another app's diary become notes in a private journal.

Rules
- A journal with anybody else in it, or to which somebody is invited, takes no import: a diary is for its writer first,
  and what should be read by both is copied by hand.
- Each note names its entry, `imported: {app, id}`. An entry that a private journal of mine has already, or that waits
  in the outbox, is left out, whichever device wrote it. So an import may be repeated, and goes on where it was cut
  off: one without a chosen journal goes on in the journal that has its first entries.
- Many notes become durable together, and go to the server in large pushes. Where the server can't be reached or takes
  no more today, all of them are kept, and a later sync sends them.
- A dry run writes nothing, and asks the server nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from duolog.client.home.outbox_rows import count_waiting
from duolog.client.home.pairings import all_invited, load_progress
from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state
from duolog.client.log.my_journals import found, shown_journals
from duolog.client.log.outbox import deliver, post, waiting_documents
from duolog.client.log.pull import pull
from duolog.client.log.session import Session, make_ready
from duolog.errors import DuologError, MalformedData, NotAllowed, ServerRefused, TransportError
from duolog.imports.diaries import open_diary
from duolog.imports.diary_entry import App, BrokenItem, DiaryEntry, DiaryItem
from duolog.imports.parts import in_parts, part_id
from duolog.protocol.codec import JsonObject
from duolog.protocol.messages import Document

TOGETHER = 64  # entries that become durable at once
BETWEEN_PUSHES = 256  # entries written before the outbox is delivered

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The counts of one import; in a dry run, what one would do.

    `journal`: None where none was made. `written`: entries that became notes, `in_parts` of them more than one. `here`:
    entries that were here already, `elsewhere` of them in another private journal. `left_out`: photos and recordings
    that notes name and don't hold; `missing`: those that the export itself doesn't have. `waiting`: notes in the outbox
    of the journal, and `problem` says why they aren't delivered.
    """

    app: App
    journal: bytes | None
    written: int
    here: int
    elsewhere: int
    broken: tuple[BrokenItem, ...]
    in_parts: int
    left_out: int
    missing: int
    waiting: int
    problem: DuologError | None


class Importing:
    """Imports diaries.

    Raises:
        NotAllowed: the journal isn't private, or can't be written.
        JournalFrozen: the journal is read-only.
        MalformedData: the export is none, or is refused as a whole. Nothing was written.
        TransportError, ServerRefused, VerificationError: as `Duolog.sync`, before anything was written.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    async def diary(
        self,
        path: Path,
        journal: bytes | None,
        *,
        app: App | None = None,
        dry_run: bool = False,
        keep_place: bool = False,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Import a zip, folder or file into a private journal. `journal` None: the one that has its first entries, else
        a new one, made with the first note.

        `app`: the app that it comes from, recognised by its content unless given. `keep_place`: keep names of places.
        `progress` gets the number of entries that were read, and 0.
        """
        with open_diary(path, app, keep_place=keep_place) as diary:
            run = _Run(self._session, journal, dry_run)
            await run.look(online=not dry_run)
            items, read = _to_the_end(diary.items(), path.name), 0
            while batch := list(islice(items, TOGETHER)):
                await run.take(batch)
                read += len(batch)
                if progress is not None:
                    progress(read, 0)
            return await run.finish(diary.app)


@dataclass(slots=True)
class _Run:
    """One import on its way."""

    session: Session
    journal: bytes | None
    dry: bool
    known: set[tuple[str, str]] = field(default_factory=set)
    elsewhere: dict[tuple[str, str], bytes] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    broken: list[BrokenItem] = field(default_factory=list)
    undelivered: int = 0
    problem: DuologError | None = None

    async def look(self, *, online: bool) -> None:
        """Learn which entries private journals have already. Raises: as `Importing`."""
        async with self.session.alone() as context:
            if online:
                await make_ready(context)
            for journal in dict.fromkeys([*([self.journal] if self.journal else []), *shown_journals(context)]):
                if journal != self.journal and not is_private(context, journal):
                    continue
                if online:
                    await pull(context, journal)
                for one in _imported(context, journal):
                    self.elsewhere.setdefault(one, journal)
            if self.journal is not None:
                require_private(context, self.journal)
                self._settle_on(self.journal)

    async def take(self, batch: Sequence[DiaryItem]) -> None:
        """Write the entries of a batch that aren't here, all or none. Raises: as `Importing`."""
        self.broken += [item for item in batch if isinstance(item, BrokenItem)]
        fresh = [(item, bodies) for item in batch if isinstance(item, DiaryEntry) and (bodies := self._fresh(item))]
        if not self.dry and fresh:
            async with self.session.alone() as context:
                fresh = await self._write(context, fresh)
        for entry, bodies in fresh:
            self.known.update((entry.app, body["imported"]["id"]) for body in bodies)
            self._count(written=1, in_parts=len(bodies) > 1, left_out=len(entry.media), missing=entry.missing)

    async def finish(self, app: App) -> ImportReport:
        """Deliver the rest, and report."""
        waiting = 0
        if self.journal is not None:
            async with self.session.alone() as context:
                if self.undelivered and not self.dry:
                    await self._deliver(context, self.journal)
                waiting = count_waiting(context.store, self.journal)
        counts = {name: self.counts.get(name, 0) for name in _COUNTS}
        return ImportReport(
            app, self.journal, broken=tuple(self.broken), waiting=waiting, problem=self.problem, **counts
        )

    def _fresh(self, entry: DiaryEntry) -> list[JsonObject]:
        """The bodies of an entry's notes that aren't here."""
        bodies = _bodies(entry)
        ids = [(entry.app, body["imported"]["id"]) for body in bodies]
        if self.journal is None and ids[0] in self.elsewhere:
            self._settle_on(self.elsewhere[ids[0]])
        if ids[0] in self.elsewhere:
            self._count(here=1, elsewhere=1)
            return []
        fresh = [body for body, one in zip(bodies, ids, strict=True) if one not in self.known]
        self._count(here=not fresh)
        return fresh

    def _settle_on(self, journal: bytes) -> None:
        """Make a journal the one that is imported into."""
        self.journal = journal
        self.known.update(one for one, place in self.elsewhere.items() if place == journal)
        self.elsewhere = {one: place for one, place in self.elsewhere.items() if place != journal}

    async def _write(
        self, context: Context, fresh: list[tuple[DiaryEntry, list[JsonObject]]]
    ) -> list[tuple[DiaryEntry, list[JsonObject]]]:
        """Post the notes, and return the entries that were written. An entry that no note holds is named."""
        if self.journal is None:
            context.require_confirmed()
            self.journal = await found(context)
        journal, now, written = self.journal, context.clock(), list[tuple[DiaryEntry, list[JsonObject]]]()
        require_private(context, journal)
        with context.store.transaction():
            for entry, bodies in fresh:
                try:
                    for body in bodies:
                        post(context, journal, Document("note", 1, now, body))
                except MalformedData as error:
                    self.broken.append(BrokenItem(entry.where, str(error)))
                else:
                    written.append((entry, bodies))
        self.undelivered += len(written)
        if self.undelivered >= BETWEEN_PUSHES:
            await self._deliver(context, journal)
        return written

    async def _deliver(self, context: Context, journal: bytes) -> None:
        """Deliver the outbox, unless that has failed in this import already."""
        self.undelivered = 0
        if self.problem is None:
            try:
                await deliver(context, journal)
            except (TransportError, ServerRefused) as error:
                self.problem = error

    def _count(self, **more: int) -> None:
        for name, number in more.items():
            self.counts[name] = self.counts.get(name, 0) + number


_COUNTS = ("written", "here", "elsewhere", "in_parts", "left_out", "missing")


def require_private(context: Context, journal: bytes) -> None:
    """Check that only I am in a journal, and nobody is about to be. Raises: NotAllowed, JournalFrozen."""
    roster = context.standing(journal).require_open()
    if len(roster.members) > 1:  # check: client.import_shared
        raise NotAllowed(
            "Somebody else is in this journal. A diary goes into a private one first: choose another journal, or a new "
            "one. Copy from there what both of you should read."
        )
    if _is_somebody_invited(context, journal):  # check: client.import_invited
        raise NotAllowed(
            "Somebody is invited to this journal and could read your diary there. Choose another journal, or a new one."
        )


def is_private(context: Context, journal: bytes) -> bool:
    """Whether a diary may be imported into a journal."""
    with suppress(DuologError):
        require_private(context, journal)
        return True
    return False


def _is_somebody_invited(context: Context, journal: bytes) -> bool:
    progress = load_progress(context.home, journal)
    return (progress is not None and not progress.done) or bool(all_invited(context.home, journal))


def _imported(context: Context, journal: bytes) -> Iterator[tuple[str, str]]:
    """The app and the id of each entry that a journal or its outbox has."""
    context.standing(journal).require_here()
    documents = [item.applied.document for item in journal_state(context, journal).timeline]
    for document in [*documents, *waiting_documents(context, journal)]:
        imported = document.body.get("imported") if document.kind == "note" else None
        if isinstance(imported, dict) and isinstance(imported.get("app"), str) and isinstance(imported.get("id"), str):
            yield imported["app"], imported["id"]


def _bodies(entry: DiaryEntry) -> list[JsonObject]:
    """The bodies of the notes that hold an entry: one, unless its text is too long for one."""
    text = entry.text
    if entry.media:
        text += f"\n\n(Left out: {', '.join(medium.name for medium in entry.media)})"
    bodies = []
    for number, part in enumerate(in_parts(text), 1):
        body: JsonObject = {"text": part, "imported": {"app": entry.app, "id": part_id(entry.id, number)}}
        optional = {"happened": entry.happened, "feelings": list(entry.feelings), "tags": list(entry.tags)}
        bodies.append(body | {name: value for name, value in optional.items() if value})
    return bodies


def _to_the_end(items: Iterator[DiaryItem], name: str) -> Iterator[DiaryItem]:
    """The items. Where the export can't be read on after some of them, a broken item says so.

    Raises: MalformedData where nothing was read before.
    """
    read = 0
    try:
        for item in items:
            read += 1
            yield item
    except MalformedData as error:
        if not read:
            raise
        yield BrokenItem(name, str(error))
