"""Sealing a file into this home, before the entry that names it is written."""

import hashlib
import secrets
from collections.abc import Callable

from duolog.client.attachments.sources import Prepared
from duolog.client.home.attachment_files import AttachmentFiles
from duolog.protocol import sizes
from duolog.protocol.attachments import stored_size
from duolog.protocol.codec import JsonObject, encode_b64
from duolog.protocol.messages import Attachment
from duolog.seal.attachments import Readable, seal_attachment

Progress = Callable[[int, int], None]  # bytes that are done, and of how many

PREVIEW_TYPE = "image/webp"


def seal_file(
    files: AttachmentFiles, journal: bytes, prepared: Prepared, progress: Progress
) -> tuple[list[Attachment], JsonObject]:
    """Seal one file, and its preview; the message's attachments, and the item of the note that names them.

    The stored bytes are on disk when this returns. Nothing is left of an attachment that failed.

    Raises:
        MalformedData: the file is too long, or changed meanwhile.
        OSError: the disk refuses.
    """
    made = [_seal(files, journal, prepared, progress)]
    item: JsonObject = {"id": encode_b64(made[0].id), "name": prepared.name}
    if prepared.alt:
        item["alt"] = prepared.alt
    if prepared.preview is not None:
        small = Prepared(prepared.path, prepared.preview, PREVIEW_TYPE, prepared.name, None, None)
        try:
            made.append(_seal(files, journal, small, progress))
        except BaseException:
            files.remove(made[0].id, "out")
            raise
        item["preview"] = encode_b64(made[1].id)
    return made, item


def _seal(files: AttachmentFiles, journal: bytes, prepared: Prepared, progress: Progress) -> Attachment:
    with prepared.opened() as (content, size):
        return seal_content(files, journal, content, size, prepared.type, progress)


def seal_content(
    files: AttachmentFiles, journal: bytes, content: Readable, size: int, media_type: str, progress: Progress
) -> Attachment:
    """Seal content of `size` bytes under a fresh id and key. Raises: as `seal_file`."""
    attachment, key = secrets.token_bytes(sizes.ATTACHMENT_ID), secrets.token_bytes(sizes.SEED)
    hashed, done = hashlib.sha256(), 0
    try:
        total = stored_size(size)
        with files.open(attachment, "out") as out:
            for part in seal_attachment(content, size, key, journal, attachment):
                out.write(part)
                hashed.update(part)
                done += len(part)
                progress(done, total)
            files.keep(out)
    except BaseException:
        files.remove(attachment, "out")
        raise
    return Attachment(attachment, key, hashed.digest(), size, media_type)
