"""Fetching an attachment's stored bytes, verifying all of them, and only then opening the first.

Rules
- Stored bytes come part by part into a file of ciphertext in this home, and go on there after a lost connection.
- No byte more is asked for than the message's size gives, and no byte is opened before the digest of all was verified.
- The bytes are verified once, on the disk where they lie, by `opened` or `verify_fetched`.
- Bytes that fail are removed, so that the next try begins anew.
- Nothing stays here: when the content was handed out, the ciphertext goes.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from duolog.client.attachments.pace import Pace
from duolog.client.attachments.sealing import Progress
from duolog.client.attachments.sending import patient
from duolog.client.home.attachment_files import Way
from duolog.client.home.folder import Home
from duolog.client.server.login import Network
from duolog.client.server.transport import Transport
from duolog.errors import AttachmentFault, ServerRefused
from duolog.protocol import sizes
from duolog.protocol.attachments import stored_size
from duolog.protocol.messages import Attachment
from duolog.seal.attachments import open_attachment, verify_stored

_GONE = (
    "The server doesn't hand this attachment out: its author may have withdrawn it, or whoever runs the server removed "
    "it. Sync to see what became of its entry."
)


async def fetch_attachment(home: Home, network: Network, journal: bytes, named: Attachment, progress: Progress) -> None:
    """Fetch what isn't here yet of an attachment. Nothing is verified.

    Raises:
        ServerRefused: `not_found` when the server has it no more, or doesn't give it to this account.
        TransportError, MalformedData: not now; what came so far is kept for a day.
    Spec: §6.12.
    """
    total = stored_size(named.size)
    with home.files.open(named.id, "in") as file:
        have = file.seek(0, os.SEEK_END)
        if have > total:
            have = file.seek(0)
            file.truncate()
        pace = Pace()
        while have < total:
            span = (have, min(have + pace.parts * sizes.ATTACHMENT_PART, total) - 1)
            try:
                with pace.measured():
                    part = await patient(partial(network.call, Transport.fetch_attachment, journal, named.id, span))
            except ServerRefused as error:
                if error.code == "not_found":
                    raise ServerRefused(_GONE, code=error.code, status=error.status) from error
                raise
            file.write(part)
            have += len(part)
            progress(have, total)


def verify_fetched(home: Home, named: Attachment) -> None:
    """Verify the stored bytes that came in. Raises: AttachmentFault: the author sealed others; these are removed."""
    with home.files.open(named.id, "in") as file:
        try:
            verify_stored(file, named)
        except AttachmentFault:
            home.files.remove(named.id, "in")
            raise


@contextmanager
def opened(home: Home, journal: bytes, named: Attachment) -> Iterator[Iterator[bytes]]:
    """The content of an attachment whose stored bytes are here, a chunk at a time.

    All of them are verified first. Nothing counts before the last chunk came. What came in goes when the content was
    read, or failed.

    Raises: AttachmentFault, also while it is read: what is here is not what its author sealed, or was sealed badly.
    """
    way: Way = "out" if home.files.has(named.id, "out") else "in"
    try:
        with home.files.open(named.id, way) as file:
            verify_stored(file, named)
            file.seek(0)
            yield open_attachment(file, named, journal)
    finally:
        home.files.remove(named.id, "in")
