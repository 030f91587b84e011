"""Importing: the entries of another app's diary become notes in a private journal.

Rules
- A journal with anybody else in it, or to which somebody is invited, takes no import: a diary is for its writer first,
  and what should be read by both is copied by hand.
- Each note names its entry, `imported: {app, id}`. An entry that a private journal of mine has already, or that waits
  in the outbox, is left out, whichever device wrote it. So an import may be repeated, and goes on where it was cut
  off: one without a chosen journal goes on in the journal that has its first entries.
- Many notes become durable together, and go to the server in large pushes. Where the server can't be reached or takes
  no more today, all of them are kept, and a later sync sends them.
- Photos and recordings are attached, at most `ATTACHED` to a note. An entry with more of them, or with a text that one
  note doesn't hold, becomes several notes, written together.
- A dry run writes nothing, and asks the server nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from duolog.client.home.outbox_rows import count_waiting
from duolog.client.importing.attaching import SealedMedia, seal_media
from duolog.client.importing.diary_notes import DiaryNote, notes_of
from duolog.client.importing.private import imported_in, is_private, require_private
from duolog.client.log.context import Context
from duolog.client.log.my_journals import found, shown_journals
from duolog.client.log.outbox import deliver, post
from duolog.client.log.pull import pull
from duolog.client.log.session import Session, make_ready
from duolog.errors import DuologError, MalformedData, ServerRefused, TransportError
from duolog.imports.diaries import open_diary
from duolog.imports.diary_entry import App, BrokenItem, DiaryEntry, DiaryItem
from duolog.protocol.messages import Document

TOGETHER = 64  # entries that become durable at once
BETWEEN_PUSHES = 256  # entries written before the outbox is delivered

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The counts of one import; in a dry run, what one would do.

    `journal`: None where none was made. `written`: entries that became notes, `in_parts` of them more than one. `here`:
    entries that were here already, `elsewhere` of them in another private journal. `media`: photos and recordings that
    were attached; `left_out`: those that weren't, which notes name and `broken` explains; `missing`: those that the
    export itself doesn't have. `waiting`: notes in the outbox of the journal; `problem` says why.
    """

    app: App
    journal: bytes | None
    written: int
    here: int
    elsewhere: int
    broken: tuple[BrokenItem, ...]
    in_parts: int
    media: int
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
        keep_photo_data: bool = False,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Import a zip, folder or file into a private journal. `journal` None: the one that has its first entries, else
        a new one, made with the first note.

        `app`: the app that it comes from, recognised by its content unless given. `keep_place`: keep names of places.
        `keep_photo_data`: attach pictures and films as they are, with place, time and device. `progress` gets the
        number of entries that were read, and 0.
        """
        with open_diary(path, app, keep_place=keep_place) as diary:
            run = _Run(self._session, journal, dry_run, keep_photo_data)
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
    keep_photo_data: bool
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
                for one in imported_in(context, journal):
                    self.elsewhere.setdefault(one, journal)
            if self.journal is not None:
                require_private(context, self.journal)
                self._settle_on(self.journal)

    async def take(self, batch: Sequence[DiaryItem]) -> None:
        """Write the entries of a batch that aren't here, all or none. Raises: as `Importing`."""
        self.broken += [item for item in batch if isinstance(item, BrokenItem)]
        fresh = [(item, notes) for item in batch if isinstance(item, DiaryEntry) and (notes := self._fresh(item))]
        if self.dry:
            for entry, notes in fresh:
                self._note(entry, notes, media=sum(len(note.media) for note in notes))
        elif fresh:
            async with self.session.alone() as context:
                await self._write(context, fresh)

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

    def _fresh(self, entry: DiaryEntry) -> list[DiaryNote]:
        """The notes of an entry that aren't here."""
        notes = list(notes_of(entry))
        if self.journal is None and notes[0].key in self.elsewhere:
            self._settle_on(self.elsewhere[notes[0].key])
        if notes[0].key in self.elsewhere:
            self._count(here=1, elsewhere=1)
            return []
        fresh = [note for note in notes if note.key not in self.known]
        self._count(here=not fresh)
        return fresh

    def _note(self, entry: DiaryEntry, notes: Sequence[DiaryNote], **more: int) -> None:
        """Count an entry as written."""
        self.known.update(note.key for note in notes)
        self._count(written=1, in_parts=len(notes) > 1, missing=entry.missing, **more)

    def _settle_on(self, journal: bytes) -> None:
        """Make a journal the one that is imported into."""
        self.journal = journal
        self.known.update(one for one, place in self.elsewhere.items() if place == journal)
        self.elsewhere = {one: place for one, place in self.elsewhere.items() if place != journal}

    async def _write(self, context: Context, fresh: Sequence[tuple[DiaryEntry, list[DiaryNote]]]) -> None:
        """Seal the media of the notes and post the notes, all or none; and deliver now and then."""
        if self.journal is None:
            context.require_confirmed()
            self.journal = await found(context)
        require_private(context, self.journal)
        sealed: list[SealedMedia] = []
        try:
            for _, notes in fresh:
                sealed += (self._seal(context, self.journal, note) for note in notes)
            with context.store.transaction():
                made = iter(sealed)
                for _, notes in fresh:
                    for note in notes:
                        _post(context, self.journal, note, next(made))
        except BaseException:
            for one in sealed:
                one.remove(context)
            raise
        made = iter(sealed)
        for entry, notes in fresh:
            self._tell(entry, notes, [next(made) for _ in notes])
        self.undelivered += len(fresh)
        if self.undelivered >= BETWEEN_PUSHES:
            await self._deliver(context, self.journal)

    def _seal(self, context: Context, journal: bytes, note: DiaryNote) -> SealedMedia:
        return seal_media(context, journal, note.media, keep_photo_data=self.keep_photo_data)

    def _tell(self, entry: DiaryEntry, notes: Sequence[DiaryNote], sealed: Sequence[SealedMedia]) -> None:
        left_out = {name: why for one in sealed for name, why in one.left_out.items()}
        self.broken += [BrokenItem(f"{entry.where}, {name}", why) for name, why in left_out.items()]
        self._note(entry, notes, media=sum(len(one.items) for one in sealed), left_out=len(left_out))

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


_COUNTS = ("written", "here", "elsewhere", "in_parts", "media", "left_out", "missing")


def _post(context: Context, journal: bytes, note: DiaryNote, sealed: SealedMedia) -> None:
    body = dict(note.body)
    if sealed.items:
        body["attachments"] = sealed.items
    if sealed.left_out:
        body["text"] += f"\n\n(Left out: {', '.join(sealed.left_out)})"
    post(context, journal, Document("note", 1, context.clock(), body), sealed.attachments)


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
