"""Renewing an attachment: the same content under a new id and key, for an entry that is written again."""

from collections.abc import Iterator

from duolog.client.attachments.fetching import fetch_attachment, opened
from duolog.client.attachments.sealing import Progress, seal_content
from duolog.client.home.folder import Home
from duolog.client.server.login import Network
from duolog.protocol.messages import Attachment


class _Chunks:
    """Content as it comes out of a stream, read as it goes into another: both go by the same chunks."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self._content = content

    def read(self, size: int) -> bytes:
        return next(self._content, b"") if size > 0 else b""


async def renew_attachment(
    home: Home, network: Network, journal: bytes, named: Attachment, progress: Progress
) -> Attachment:
    """Seal the content of an own attachment anew into this home, from here or from the server.

    Raises: as `fetch_attachment` and `opened`; OSError when the disk refuses.
    """
    if not home.files.has(named.id, "out"):
        await fetch_attachment(home, network, journal, named, progress)
    with opened(home, journal, named) as content:
        return seal_content(home.files, journal, _Chunks(content), named.size, named.type, progress)
