"""`Attachments`: what the entries of one journal carry, to list, to save and to see.

Rules
- Nothing is fetched, shown or opened by itself.
- Nothing of an attachment leaves this library before all of its stored bytes were verified, and none of its content is
  kept unless all of it opened.
- Another program may show a few types alone, and only where the content begins as its type says.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from duolog.client.attachments.fetching import fetch_attachment, opened
from duolog.client.attachments.names import ENDINGS, file_name
from duolog.client.attachments.saving import free_place, save_content
from duolog.client.attachments.sealing import Progress
from duolog.client.attachments.sources import media_type
from duolog.client.home.outbox_rows import waiting_entries
from duolog.client.home.records import ATTACHED
from duolog.client.log.attached import drop_waiting, entries_with_attachments, message_of, named_items
from duolog.client.log.context import Context
from duolog.client.log.session import Session, make_ready
from duolog.client.server.transport import Transport, ignoring
from duolog.documents.safe_text import clean_line
from duolog.errors import DuologError, EntryFault, MalformedData, NotAllowed, OpenError, ServerRefused, TransportError
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.messages import Attachment, Message

BEFORE_ATTACHING = (
    "What is shared can be kept by the other, and withdrawing it later doesn't take it out of their hands. Pictures "
    "lose the place, time and device that a camera writes into them; other files go as they are."
)
MAX_SMALL = sizes.KIB * sizes.KIB  # bytes of a preview that is read into memory


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """One attachment of an entry. `name`, `alt`: as its author has it, safe to show; None where the note doesn't name
    it. `type`: what its author says it is. `size`: bytes of its content. `preview`: the id of a small picture of it.

    `missing`: the note names it, and its message doesn't have it; then there is nothing to fetch. `waiting`: it is
    still here. `seq` is None while its entry waits.
    """

    entry: bytes
    seq: int | None
    id: bytes
    name: str | None
    alt: str | None
    type: str
    size: int
    preview: bytes | None = None
    missing: bool = False
    waiting: bool = False

    @property
    def may_be_opened(self) -> bool:
        """Whether another program may show it."""
        return not self.missing and self.type in ENDINGS


class Attachments:
    """The attachments of one journal."""

    def __init__(self, session: Session, journal: bytes) -> None:
        self._session, self._journal = session, journal

    async def list(self, entry: bytes | None = None) -> tuple[AttachmentView, ...]:
        """The attachments of every entry, or of one, in the journal's order. Without the network.

        Raises: NotAllowed: this journal, or this entry, isn't here.
        """
        async with self._session.alone() as context:
            context.standing(self._journal).require_here()
            if entry is not None:
                return tuple(_views(entry, None, message_of(context, self._journal, entry)))
            return tuple(_all(context, self._journal))

    async def save(
        self, entry: bytes, attachment: bytes, path: Path, *, force: bool = False, progress: Progress | None = None
    ) -> Path:
        """Fetch an attachment, and save it; where it is now. A folder as `path`: under its own name, made safe.

        `force`: replace a file. Cut off it goes on with the next call.

        Raises:
            NotAllowed: there is no such attachment here.
            AttachmentFault: it isn't what its author sealed. Nothing was saved.
            HomeError: there is such a file, or it can't be written.
            TransportError, ServerRefused, MalformedData: not now, or not any more.
        """
        async with self._session.alone() as context:
            named, name = _find(context, self._journal, entry, attachment)
            target = free_place(path, file_name(name or "", named.type), force=force)
            await _fetch(context, self._journal, named, progress)
            with opened(context.home, self._journal, named) as content:
                return save_content(content, target, force=force)

    async def open(self, entry: bytes, attachment: bytes, *, progress: Progress | None = None) -> Path:
        """Fetch an attachment for another program to show; the path of a copy that goes when this home is opened next.

        Raises: NotAllowed for other types than `ENDINGS`; HomeError in a home in memory; as `save`.
        """
        async with self._session.alone() as context:
            named, _ = _find(context, self._journal, entry, attachment)
            if named.type not in ENDINGS:  # check: client.attachment_openable
                raise NotAllowed("Only pictures, sound, text and PDF files are opened from here. Save it instead.")
            target = context.home.files.new_opened("attachment" + ENDINGS[named.type])
            await _fetch(context, self._journal, named, progress)
            with opened(context.home, self._journal, named) as content:
                return save_content(_as_said(content, named.type), target)

    async def preview(self, entry: bytes, attachment: bytes) -> bytes:
        """Fetch a small attachment into memory, such as a preview: at most 1 MiB. Raises: as `save`."""
        async with self._session.alone() as context:
            named, _ = _find(context, self._journal, entry, attachment)
            if named.size > MAX_SMALL:  # check: client.preview_size
                raise NotAllowed("This attachment is too large for a preview. Save it instead.")
            await _fetch(context, self._journal, named, None)
            with opened(context.home, self._journal, named) as content:
                return b"".join(content)

    async def drop(self, entry: bytes) -> None:
        """Let a text that waits go without its attachments, where the server doesn't take them.

        Raises: NotAllowed: it doesn't wait here, or was sent already.
        """
        async with self._session.alone() as context:
            dropped = drop_waiting(context, self._journal, entry)
            with suppress(TransportError, ServerRefused):  # the server destroys in a week what no entry names
                await make_ready(context)
                for named in dropped:
                    with ignoring("not_found"):
                        await context.network.call(Transport.drop_attachment, self._journal, named.id)

    async def is_first(self) -> bool:
        """Whether nothing was attached from this home yet: then `BEFORE_ATTACHING` is to be said first."""
        async with self._session.alone() as context:
            return not ATTACHED.is_set(context.store)


async def _fetch(context: Context, journal: bytes, named: Attachment, progress: Progress | None) -> None:
    if not context.home.files.has(named.id, "out"):
        with context.telling(progress):
            await fetch_attachment(context.home, context.network, journal, named, context.progress)


def _as_said(content: Iterator[bytes], said: str) -> Iterator[bytes]:
    """The content, if it begins as a file of this type. Raises: NotAllowed."""
    first = next(content, b"")
    if media_type(first[:4096]) != said:  # check: client.attachment_type
        raise NotAllowed("This file is not what its author says it is, and isn't opened. You can save it.")
    yield first
    yield from content


def _find(context: Context, journal: bytes, entry: bytes, attachment: bytes) -> tuple[Attachment, str | None]:
    message = message_of(context, journal, entry)
    named = next((one for one in message.attachments if one.id == attachment), None)
    if named is None:
        raise NotAllowed("There is no such attachment. `duolog attachment list` shows what there is.")
    return named, next((view.name for view in _views(entry, None, message) if view.id == attachment), None)


def _all(context: Context, journal: bytes) -> Iterator[AttachmentView]:
    for row in entries_with_attachments(context, journal):
        with suppress(NotAllowed, EntryFault, MalformedData, OpenError):
            yield from _views(row.entry or b"", row.seq, message_of(context, journal, row.entry or b""))
    for waiting in waiting_entries(context.store, journal):
        yield from _views(waiting.entry, None, message_of(context, journal, waiting.entry), waiting=True)


def _views(entry: bytes, seq: int | None, message: Message, *, waiting: bool = False) -> Iterator[AttachmentView]:
    """The attachments of a message, without previews, and those that its note names in error."""
    items, here = named_items(message), {encode_b64(one.id) for one in message.attachments}
    previews = {item.get("preview") for key, item in items.items() if key in here and item.get("preview") in here}
    for one in message.attachments:
        if (key := encode_b64(one.id)) in previews and key not in items:
            continue
        item = items.get(key, {})
        small = item.get("preview")
        yield AttachmentView(
            *(entry, seq, one.id, _line(item.get("name")), _line(item.get("alt")), clean_line(one.type), one.size),
            preview=parse_b64(small) if isinstance(small, str) and small in here else None,
            waiting=waiting,
        )
    for key, item in items.items():
        if key not in here:
            with suppress(DuologError):
                lost = parse_b64(key, sizes.ATTACHMENT_ID)
                name, alt = _line(item.get("name")), _line(item.get("alt"))
                yield AttachmentView(entry, seq, lost, name, alt, "", 0, missing=True)


def _line(text: object) -> str | None:
    return clean_line(text) or None if isinstance(text, str) else None
