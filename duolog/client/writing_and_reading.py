"""Writing and reading of an open account: entries, the things of each practice, reports, searches, exports, imports.

`Duolog` adds the account itself, pairing, members and leaving.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from duolog.client.attachments.sealing import Progress
from duolog.client.attachments.sources import NewAttachment
from duolog.client.export import exporting
from duolog.client.export.files import ExportedFiles, export_files
from duolog.client.export.readable import write_readable
from duolog.client.importing.importing import Importing
from duolog.client.journals import people, reading
from duolog.client.journals.attachments import Attachments
from duolog.client.journals.boundaries import Boundaries
from duolog.client.journals.breaches import Breaches
from duolog.client.journals.check_ins import CheckIns
from duolog.client.journals.disclosures import Disclosures
from duolog.client.journals.drafts import Drafts
from duolog.client.journals.filters import TimelineFilter
from duolog.client.journals.news import JournalNews, news, note_looked
from duolog.client.journals.pauses import Pauses
from duolog.client.journals.promises import Promises
from duolog.client.journals.reminders import Reminders
from duolog.client.journals.thing_views import ListedThing, ThingView, list_things, view_thing
from duolog.client.journals.today import Today, today
from duolog.client.journals.views import TimelineEntry, Written
from duolog.client.journals.writing import WORDS_FIELD, Words, make_copy, read_state, write, write_with_words
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.session import make_ready
from duolog.client.looking import search
from duolog.client.looking.report import Report
from duolog.client.looking.search import SearchHit
from duolog.client.looking.written import write_report
from duolog.client.opening import OpenAccount
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.profile import Profile
from duolog.documents.registry import KINDS


class WritingAndReading(OpenAccount):
    """The journals of an open account, to write in and to read.

    Raises:
        HomeError: from every method, when the home can't be read or written.
    """

    async def write(
        self,
        journal: bytes,
        kind: str,
        body: Mapping[str, Any],
        *,
        v: int = 1,
        at: int | None = None,
        attachments: Sequence[NewAttachment] = (),
        progress: Progress | None = None,
    ) -> Written:
        """Store a document in the home, and send it if the server can be reached. Raises: as `writing.write`.

        `at`: the author's clock in Unix seconds, now unless given. `attachments`: files that a note carries, sealed
        before this returns. `progress`: hears how many bytes of one are sealed or sent, and of how many.
        """
        return await write(self._session, journal, kind, body, v=v, at=at, attachments=attachments, progress=progress)

    async def timeline(
        self, journal: bytes, *, after: int = 0, limit: int = 1000, where: TimelineFilter | None = None
    ) -> tuple[TimelineEntry, ...]:
        """The entries behind the seq `after`, at most `limit`; waiting ones come last. Without the network.

        `where`: only readable ones that it lets through, and of these the newest, in the order of its time.
        """
        async with self._session.alone() as context:
            return reading.timeline(context, journal, after, limit, where)

    async def search(
        self,
        words: str,
        *,
        where: TimelineFilter | None = None,
        journals: Sequence[bytes] | None = None,
        limit: int = 50,
    ) -> tuple[SearchHit, ...]:
        """The newest entries that have all words, newest first. Without the network. Raises: as `search.search`.

        `words`: each is also found as the beginning of a longer one, and words in double quotes exactly so. They
        may be empty where `where` is given. `journals`: all of them unless given.
        """
        async with self._session.alone() as context:
            return search.search(context, words, where, journals, limit)

    async def report(self, journal: bytes, path: Path, *, since: date, until: date, force: bool = False) -> Report:
        """Write what was written on these days as one HTML page that needs nothing else. Without the network.

        Raises: as `written.write_report`.
        """
        async with self._session.alone() as context:
            return write_report(context, journal, path, since, until, force=force)

    async def profiles(self, journal: bytes) -> Mapping[bytes, Profile]:
        """The profile of each member, by account. Without the network."""
        async with self._session.alone() as context:
            return people.profiles(context, journal)

    async def state(self, journal: bytes, *, unsent: bool = False) -> JournalState:
        """The state of a journal's documents. Without the network. Raises: NotAllowed when it isn't here.

        `unsent`: as it will be once the documents that wait here are sent.
        """
        return await read_state(self._session, journal, unsent=unsent)

    def attachments(self, journal: bytes) -> Attachments:
        """The files that the entries of one journal carry."""
        return Attachments(self._session, journal)

    async def write_with_words(
        self, journal: bytes, kind: str, body: Mapping[str, Any], words: Words, *, field: str = WORDS_FIELD
    ) -> Written:
        """Store a step and the note with its long words, both or neither. Raises: as `writing.write_with_words`."""
        return await write_with_words(self._session, journal, kind, body, words, field=field)

    async def today(self) -> Today:
        """The things that are open for me over all journals, and my drafts. Without the network."""
        async with self._session.alone() as context:
            return today(context)

    async def news(self) -> tuple[JournalNews, ...]:
        """The kinds that others wrote since `note_looked`, in each journal. Without the network."""
        async with self._session.alone() as context:
            return news(context)

    async def note_looked(self) -> None:
        """Note in this home that its owner has looked at everything that is here now."""
        async with self._session.alone() as context:
            note_looked(context)

    async def things(self, journal: bytes, kind: str) -> tuple[ListedThing[Any], ...]:
        """Everything of a kind with steps, oldest first, without its words. Without the network.

        Raises: NotAllowed when the journal isn't here.
        """
        async with self._session.alone() as context:
            return list_things(context, journal, KINDS[kind])

    async def thing(self, journal: bytes, kind: str, entry: bytes) -> ThingView[Any]:
        """One thing of a kind whole, with its words. `entry`: its id, or that of any text of it. Without the network.

        Raises: NotAllowed when the journal or the thing isn't here.
        """
        async with self._session.alone() as context:
            return view_thing(context, journal, KINDS[kind], entry)

    def boundaries(self, journal: bytes) -> Boundaries:
        """The boundaries of one journal."""
        return Boundaries(self._session, journal)

    def disclosures(self, journal: bytes) -> Disclosures:
        """The letters of one journal: disclosures, supplements, impact and repair letters."""
        return Disclosures(self._session, journal)

    def breaches(self, journal: bytes) -> Breaches:
        """The breaches of one journal, each with up to two accounts."""
        return Breaches(self._session, journal)

    def check_ins(self, journal: bytes) -> CheckIns:
        """The check-ins and reviews of one journal."""
        return CheckIns(self._session, journal)

    def promises(self, journal: bytes) -> Promises:
        """The promises of one journal: habits, offers and plans."""
        return Promises(self._session, journal)

    def pauses(self, journal: bytes) -> Pauses:
        """The pauses of one journal."""
        return Pauses(self._session, journal)

    async def export(
        self,
        path: Path,
        *,
        journals: Sequence[bytes] | None = None,
        force: bool = False,
        progress: exporting.Progress | None = None,
    ) -> exporting.Exported:
        """Export all that I may read into a file that can be checked offline. Raises: as `exporting.export_to`."""
        async with self._session.alone() as context:
            return exporting.export_to(context, path, journals, force=force, progress=progress)

    async def export_files(
        self, folder: Path, *, journals: Sequence[bytes] | None = None, progress: Progress | None = None
    ) -> ExportedFiles:
        """Fetch the files of an export, and open them into a new folder. Raises: as `files.export_files`."""
        async with self._session.alone() as context:
            await make_ready(context)
            with context.telling(progress):
                return await export_files(context, folder, journals)

    async def export_readable(
        self, folder: Path, *, journals: Sequence[bytes] | None = None, files: ExportedFiles | None = None
    ) -> int:
        """Write journals as Markdown and a page into a new folder; how many pages. Raises: as `write_readable`.

        `files`: those of `export_files`, which the pages link.
        """
        async with self._session.alone() as context:
            return write_readable(context, folder, shown_journals(context) if journals is None else journals, files)

    def drafts(self) -> Drafts:
        """The drafts, which only own devices see."""
        return Drafts(self._session)

    def reminders(self) -> Reminders:
        """The reminder of this home, which nobody else sees."""
        return Reminders(self._session)

    async def copy(self, source: bytes, entry: bytes, journal: bytes, text: str | None = None) -> Written:
        """Copy an entry of the journal `source` into another, whole or with a shorter `text`. Raises: as `write`."""
        async with self._session.alone() as context:
            body = make_copy(context, source, entry, text)
        return await self.write(journal, "copy", body)

    @property
    def importing(self) -> Importing:
        """The way in for a diary of another app."""
        return Importing(self._session)
