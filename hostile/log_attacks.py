"""Attacks on a journal's log: on its entries, its order, its receipts and its roster."""

import secrets
from dataclasses import replace

from app.receipts.service import ReceiptSigner
from duolog.api.entries import Pushed
from duolog.api.journals import JournalList
from duolog.api.pages import PulledPage, PulledPush, parse_page
from duolog.protocol import sizes
from duolog.protocol.entries import Header
from duolog.protocol.log import EntryItem, Item, entry_item
from hostile.history import (
    Log,
    LogAttack,
    append,
    encode_page,
    entries_of,
    flip,
    header_of,
    substitute,
    true_log,
    with_blob,
)
from hostile.liar import JOURNALS, PULL, Answer, Attack, Call, Liar


class DropEntry(LogAttack):
    """Leaves out the newest entry but one, without covering it up: its place is empty."""

    client_must = "Freeze the journal: its sequence has a gap."
    consistent = False

    def edit(self, journal: bytes, log: Log) -> Log:
        return substitute(log, {entries_of(log)[-2]: None}) if len(entries_of(log)) > 1 else log


class RewriteWithoutEntry(LogAttack):
    """Leaves out one entry and makes up a history in which it never was, with valid receipts.

    `target`: its id, or the first one.
    """

    client_must = (
        "Freeze as soon as anything shows the other history: its own mark, its own entry, or what the other has seen."
    )

    def __init__(self, target: bytes | None = None) -> None:
        self.target = target

    def edit(self, journal: bytes, log: Log) -> Log:
        gone = [item for item in entries_of(log) if self.target in (None, header_of(item).entry)]
        return substitute(log, {gone[0]: None}) if gone else log


class ForgetPush(LogAttack):
    """Accepts entries, gives true receipts for them, and then shows a history in which they never were.

    `fill`: whether something else stands in their places.
    """

    client_must = "Freeze: an own entry that was acknowledged must come back."

    def __init__(self, fill: bool = False) -> None:
        self.fill = fill
        self._forgotten: set[int] = set()

    def edit(self, journal: bytes, log: Log) -> Log:
        places = {placed.item: placed.seq for push in log for placed in push.items}
        changes: dict[Item, Item | None] = {}
        for item in entries_of(log):
            if places[item] in self._forgotten:
                other = replace(header_of(item), entry=flip(header_of(item).entry)).encode()
                changes[item] = entry_item(other, item.blob or b"") if self.fill else None
        return substitute(log, changes)

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Remember what was acknowledged."""
        answer = await super().answer(call, server)
        if call.journal("POST", PULL) is not None and answer.status == 201:
            self._forgotten |= {place.seq for place in Pushed.model_validate_json(answer.body).places}
        return answer


class ReorderEntries(LogAttack):
    """Shows the two newest entries in the other order, with the receipts that were given for the true one."""

    client_must = "Freeze: the heads don't chain."
    consistent = False

    def edit(self, journal: bytes, log: Log) -> Log:
        found = entries_of(log)
        return substitute(log, {found[-1]: found[-2], found[-2]: found[-1]}) if len(found) > 1 else log


class ReorderConsistently(ReorderEntries):
    """Shows the two newest entries in the other order, with receipts made anew.

    Nothing but what a client has verified before, or a partner's `seen`, tells.
    """

    client_must = "Freeze when it, or the other partner, had seen the true order."
    consistent = True

    def __init__(self) -> None:
        self._pair: list[EntryItem] = []

    def edit(self, journal: bytes, log: Log) -> Log:
        self._pair = self._pair or entries_of(log)[-2:]
        return substitute(log, dict(zip(self._pair, reversed(self._pair), strict=True)))


class DuplicateItem(LogAttack):
    """Shows the last push twice, at the same places."""

    client_must = "Freeze: a sequence number is repeated."
    consistent = False

    def edit(self, journal: bytes, log: Log) -> Log:
        return [*log, log[-1]]


class ReplayEntry(LogAttack):
    """Appends the first entry again, at a new place and with a valid receipt."""

    client_must = "Quarantine the second: an entry's id is used once. Nothing is shown twice."

    def edit(self, journal: bytes, log: Log) -> Log:
        return append(log, entries_of(log)[0]) if entries_of(log) else log


class ForgeEntry(LogAttack):
    """Appends an entry that names a member as its author and holds random bytes.

    `author`: whom to name, or the newest entry's.
    """

    client_must = "Quarantine it: it doesn't fit the journal's key. The author's other entries stay."

    def __init__(self, author: bytes | None = None) -> None:
        self.author = author
        self.forged: EntryItem | None = None

    def edit(self, journal: bytes, log: Log) -> Log:
        if not entries_of(log):
            return log
        if self.forged is None:
            like = header_of(entries_of(log)[-1])
            header = replace(like, entry=secrets.token_bytes(sizes.ENTRY_ID), author=self.author or like.author)
            size = sizes.AEAD_NONCE + sizes.COMMITMENT + sizes.MIN_PLAINTEXT + sizes.AEAD_TAG
            self.forged = entry_item(header.encode(), secrets.token_bytes(size))
        return append(log, self.forged)


def flipped_headers(header: Header) -> dict[str, bytes]:
    """A header with each of its fields changed, one by one; `suite` and `length` are not even a header any more."""
    encoded = header.encode()
    return {
        "suite": flip(encoded),
        "journal": replace(header, journal=flip(header.journal)).encode(),
        "entry": replace(header, entry=flip(header.entry)).encode(),
        "epoch": replace(header, epoch=header.epoch + 1).encode(),
        "author": replace(header, author=flip(header.author)).encode(),
        "generation": replace(header, generation=header.generation + 1).encode(),
        "attachments": replace(header, attachments=(*header.attachments, bytes(sizes.ATTACHMENT_ID))).encode(),
        "length": encoded + b"\x00",
    }


class FlipHeaderField(LogAttack):
    """Changes one field of the newest entry's header and signs the history anew.

    `field`: a key of `flipped_headers`.
    """

    client_must = "Quarantine the entry: its blob is bound to every field of its header."

    def __init__(self, field: str = "entry") -> None:
        self.field = field

    def edit(self, journal: bytes, log: Log) -> Log:
        if not entries_of(log):
            return log
        last = entries_of(log)[-1]
        changed = flipped_headers(header_of(last))[self.field]
        return substitute(log, {last: entry_item(changed, last.blob or b"")})


class FlipHeaderRaw(FlipHeaderField):
    """Changes one field of the newest entry's header, under the receipt of the true one."""

    client_must = "Freeze: the head is not the one that the receipt names."
    consistent = False


class SwapBlobs(LogAttack):
    """Shows the two newest entries with each other's blobs, signed anew."""

    client_must = "Quarantine both: a blob opens under its own header alone."

    def edit(self, journal: bytes, log: Log) -> Log:
        if len(entries_of(log)) < 2:
            return log
        one, other = entries_of(log)[-2:]
        return substitute(log, {one: with_blob(one, other.blob or b""), other: with_blob(other, one.blob or b"")})


class TransplantBlob(LogAttack):
    """Shows the newest entry with a blob from elsewhere: another journal, or another epoch.

    `blob`: that blob, or an older entry's. `only`: in one journal.
    """

    client_must = "Quarantine it: journal and epoch are part of what the blob is bound to."

    def __init__(self, blob: bytes | None = None, only: bytes | None = None) -> None:
        self.blob = blob
        self.only = only

    def edit(self, journal: bytes, log: Log) -> Log:
        if not entries_of(log) or self.only not in (None, journal):
            return log
        last = entries_of(log)[-1]
        return substitute(log, {last: with_blob(last, self.blob or entries_of(log)[0].blob or b"")})


class WrongCommitment(LogAttack):
    """Changes one bit of the newest entry's key commitment, signed anew.

    `at`: which byte of the blob; 24 is the commitment's first.
    """

    client_must = "Quarantine it before anything is decrypted."

    def __init__(self, at: int = sizes.AEAD_NONCE) -> None:
        self.at = at

    def edit(self, journal: bytes, log: Log) -> Log:
        if not entries_of(log):
            return log
        last = entries_of(log)[-1]
        return substitute(log, {last: with_blob(last, flip(last.blob or b"", self.at % len(last.blob or b"")))})


class WrongCiphertext(WrongCommitment):
    """Changes the last bit of the newest entry's ciphertext, signed anew."""

    client_must = "Quarantine it: it was changed after it was sealed."

    def __init__(self) -> None:
        super().__init__(-1)


class SpoilEntries(LogAttack):
    """Puts random bytes in the place of every entry's blob, in a history made anew. `only`: one journal's."""

    client_must = "Freeze where the head at some place is known: from its own mark, or signed by another own device."

    def __init__(self, only: bytes | None = None) -> None:
        self.only = only
        self._blobs: dict[bytes, bytes] = {}

    def edit(self, journal: bytes, log: Log) -> Log:
        if self.only not in (None, journal):
            return log
        return substitute(log, {item: with_blob(item, self._spoilt(item)) for item in entries_of(log)})

    def _spoilt(self, item: EntryItem) -> bytes:
        return self._blobs.setdefault(item.digest, secrets.token_bytes(len(item.blob or b"")))


class RemoveBlob(LogAttack):
    """Shows the newest entry without its blob, as if somebody had erased it. Hash and chain are true."""

    client_must = "Go on, and say that the host removed it; never that its author did."
    consistent = False

    def edit(self, journal: bytes, log: Log) -> Log:
        if not entries_of(log):
            return log
        last = entries_of(log)[-1]
        return substitute(log, {last: replace(last, blob=None)})


class RollBack(LogAttack):
    """Shows the journal's state of `pushes` pushes ago; every byte of it is true, but old. `only`: one journal's."""

    client_must = "Say that the server is behind what was already verified, also after a restart."
    consistent = False

    def __init__(self, pushes: int = 1, only: bytes | None = None) -> None:
        self.pushes = pushes
        self.only = only

    def edit(self, journal: bytes, log: Log) -> Log:
        if self.only not in (None, journal):
            return log
        return log[: max(1, len(log) - self.pushes)]


class ForeignReceipts(LogAttack):
    """Signs every receipt with a key of its own."""

    client_must = "Freeze: the receipts are not those of the pinned key."
    consistent = False

    def __init__(self) -> None:
        self._signer = ReceiptSigner([secrets.token_bytes(sizes.SEED)])

    def edit(self, journal: bytes, log: Log) -> Log:
        return [self._signed(journal, push) for push in log]

    def _signed(self, journal: bytes, push: PulledPush) -> PulledPush:
        old = push.receipt
        return replace(push, receipt=self._signer.sign(journal, old.seq, old.head, old.time))


class CutPage(LogAttack):
    """Ends the log in the middle of its last push: the items are there, their receipt is one for fewer."""

    client_must = "Freeze, or refuse the page: a receipt stands for whole pushes."
    consistent = False

    def edit(self, journal: bytes, log: Log) -> Log:
        if len(log) < 2:
            return log
        return [*log[:-2], replace(log[-1], items=(*log[-2].items, *log[-1].items), receipt=log[-2].receipt)]


class PromiseMore(LogAttack):
    """Says that there is one more entry, and never shows it. `empty`: shows pushes without items instead, forever."""

    client_must = "Say that the server keeps something back, and go on; never wait for ever."
    consistent = False

    def __init__(self, empty: bool = False) -> None:
        self.empty = empty

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Promise in the poll and in every page."""
        answer = await server.ask(call)
        if answer.status != 200:
            return answer
        if call.journal("GET", JOURNALS) is not None:
            listed = JournalList.model_validate_json(answer.body)
            more = [state.model_copy(update={"seq": state.seq + 1}) for state in listed.journals]
            return answer.with_model(listed.model_copy(update={"journals": more}))
        journal = call.journal("GET", PULL)
        if journal is None:
            return answer
        page = parse_page(answer.body)
        pushes = page.pushes
        if self.empty and not pushes:
            pushes = (replace((await true_log(call, server, journal))[-1], items=()),)
        return answer.with_body(encode_page(PulledPage(pushes, page.seq + 1)))


class FalsePushAnswer(Attack):
    """Takes a push and answers it falsely. `what`: "digest", "places", "receipt" or "time"."""

    client_must = "Freeze: the server took something else than was sent, or signs with another key."

    def __init__(self, what: str = "digest") -> None:
        self.what = what

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie in the answer to a push."""
        answer = await server.ask(call)
        if call.journal("POST", PULL) is None or answer.status != 201:
            return answer
        pushed = Pushed.model_validate_json(answer.body)
        if self.what == "places":
            pushed = pushed.model_copy(update={"places": []})
        elif self.what == "digest":
            false = [place.model_copy(update={"digest": flip(place.digest)}) for place in pushed.places]
            pushed = pushed.model_copy(update={"places": false})
        elif self.what == "time" and pushed.receipt is not None:
            never = pushed.receipt.model_copy(update={"time": 1})
            pushed = pushed.model_copy(update={"receipt": never})
        elif pushed.receipt is not None:
            false_receipt = pushed.receipt.model_copy(update={"signature": flip(pushed.receipt.signature)})
            pushed = pushed.model_copy(update={"receipt": false_receipt})
        return answer.with_model(pushed)
