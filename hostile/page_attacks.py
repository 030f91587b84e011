"""Attacks on the pages of a log: pages that lie about what follows, that repeat or skip, and that never end."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace

from duolog.api.journals import JournalList
from duolog.api.pages import MEDIA_TYPE, Placed, PulledPage, PulledPush
from duolog.protocol import sizes
from duolog.protocol.log import EntryItem, StatementItem, entry_item, first_head, next_head
from duolog.protocol.roster_statements import parse_roster
from hostile.history import Log, LogAttack, encode_json_page, encode_page, entries_of, header_of, is_shared, true_log
from hostile.liar import JOURNALS, PULL, Answer, Attack, Call, Liar


class PageAttack(Attack):
    """Shows false pages of every journal of two."""

    def newest(self, journal: bytes, seq: int) -> int:
        """The newest place of a journal as the list of journals says it; `seq` is the true one."""
        return seq

    async def page(self, call: Call, server: Liar, journal: bytes, log: Log, since: int) -> PulledPage:
        """The false page behind the place `since`."""
        new = tuple(push for push in log if push.receipt.seq > since)
        return PulledPage(new, log[-1].receipt.seq)

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie in pages, and in the list of journals where the lie begins there."""
        answer = await server.ask(call)
        if answer.status != 200:
            return answer
        if call.journal("GET", JOURNALS) is not None:
            listed = JournalList.model_validate_json(answer.body)
            more = [item.model_copy(update={"seq": self.newest(item.journal, item.seq)}) for item in listed.journals]
            return answer.with_model(listed.model_copy(update={"journals": more}))
        journal = call.journal("GET", PULL)
        log = [] if journal is None else await true_log(call, server, journal)
        if journal is None or not is_shared(log):
            return answer
        found = re.search(rb"since=(\d+)", call.query)
        page = await self.page(call, server, journal, log, int(found[1]) if found else 0)
        binary = (b"content-type", MEDIA_TYPE.encode()) in answer.headers
        return answer.with_body(encode_page(page) if binary else encode_json_page(page))


class EndPageEarly(PageAttack):
    """Shows the first push that is new, and says that nothing follows it."""

    client_must = "Show a part of what is there, in its order, and take the rest later; or say that it is kept back."

    async def page(self, call: Call, server: Liar, journal: bytes, log: Log, since: int) -> PulledPage:
        whole = await super().page(call, server, journal, log, since)
        pushes = whole.pushes[:1]
        return PulledPage(pushes, pushes[-1].receipt.seq if pushes else whole.seq)


class RepeatPage(PageAttack):
    """Shows the whole log from its beginning, whatever place is asked for."""

    client_must = "Freeze: places that were verified before are repeated. Nothing is shown twice."

    async def page(self, call: Call, server: Liar, journal: bytes, log: Log, since: int) -> PulledPage:
        return await super().page(call, server, journal, log, 0)


class SkipPage(PageAttack):
    """Shows what follows the first new push, and not that push: every byte is true."""

    client_must = "Freeze: its sequence has a gap."

    async def page(self, call: Call, server: Liar, journal: bytes, log: Log, since: int) -> PulledPage:
        whole = await super().page(call, server, journal, log, since)
        return replace(whole, pushes=whole.pushes[1:] or whole.pushes)


class PageOfAnotherJournal(PageAttack):
    """Shows the log of another journal of the caller's, such as that of the account."""

    client_must = "Freeze: the log isn't that of this journal. Nothing of it is shown here."

    async def page(self, call: Call, server: Liar, journal: bytes, log: Log, since: int) -> PulledPage:
        listed = await server.ask(replace(call, path=JOURNALS, query=b""))
        others = [item.journal for item in JournalList.model_validate_json(listed.body).journals]
        other = next((item for item in others if item != journal), journal)
        return await super().page(call, server, other, await true_log(call, server, other), 0)


class SamePageForEver(PageAttack):
    """Says that there is one more push each time, and shows the newest one again."""

    client_must = "Freeze: a place is repeated. It never asks for ever."

    def newest(self, journal: bytes, seq: int) -> int:
        return seq + 1

    async def page(self, call: Call, server: Liar, journal: bytes, log: Log, since: int) -> PulledPage:
        return PulledPage((log[-1],), max(since, log[-1].receipt.seq) + 1)


class EndlessPages(PageAttack):
    """Has one more entry each time: every page brings a made-up one with a valid receipt, and promises another.

    `pages`: how many it has shown.
    """

    client_must = "Stop asking in bounded time, quarantine what came, and go on with everything else."
    signs = True

    def __init__(self) -> None:
        self.pages = 0
        self._made: dict[tuple[bytes, int], bytes] = {}  # the head behind each place
        self._newest: dict[bytes, int] = {}

    def newest(self, journal: bytes, seq: int) -> int:
        return max(seq, self._newest.get(journal, 0)) + 1

    async def page(self, call: Call, server: Liar, journal: bytes, log: Log, since: int) -> PulledPage:
        newest, self.pages = log[-1].receipt.seq, self.pages + 1
        if since < newest or not entries_of(log):
            whole = await super().page(call, server, journal, log, since)
            return replace(whole, seq=newest + bool(entries_of(log)))
        head = self._made[journal, since] if (journal, since) in self._made else head_of(journal, log)
        item = made_up(entries_of(log)[-1])
        self._made[journal, since + 1] = head = next_head(head, item.digest)
        self._newest[journal] = since + 1
        receipt = server.receipts.sign(journal, since + 1, head, log[-1].receipt.time)
        return PulledPage((PulledPush((Placed(since + 1, item),), receipt),), since + 2)


def head_of(journal: bytes, log: Log) -> bytes:
    """The head behind the last item of a log."""
    head = first_head(journal)
    for placed in (placed for push in log for placed in push.items):
        head = next_head(head, placed.item.digest)
    return head


def made_up(like: EntryItem) -> EntryItem:
    """An entry of the same author with a new id and random bytes."""
    header = replace(header_of(like), entry=secrets.token_bytes(sizes.ENTRY_ID), attachments=())
    size = sizes.AEAD_NONCE + sizes.COMMITMENT + sizes.MIN_PLAINTEXT + sizes.AEAD_TAG
    return entry_item(header.encode(), secrets.token_bytes(size))


class WithholdNewest(LogAttack):
    """Shows no entry that came after the attack began, and takes none."""

    client_must = "Show what was there, and keep what waits: this can only delay."
    consistent = False

    def __init__(self) -> None:
        self._ends: dict[bytes, int] = {}

    def edit(self, journal: bytes, log: Log) -> Log:
        return log[: self._ends.setdefault(journal, len(log))]

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Have no time for a push."""
        if call.journal("POST", PULL) is not None:
            return Answer(503, ((b"retry-after", b"60"),), b"")
        return await super().answer(call, server)


class WithholdRotation(WithholdNewest):
    """Shows every journal up to the first change that names newer keys of a member than it named when the attack began.

    A device that the new keys revoke can go on reading entries that are sealed to the old ones.
    """

    client_must = "Go on, and show the partner's keys as old once they are older than 45 days."

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[bytes, dict[bytes, int]] = {}

    def edit(self, journal: bytes, log: Log) -> Log:
        named = [generations(push) for push in log]
        known = self._known.setdefault(journal, {key: value for item in named for key, value in item.items()})
        newer = [any(value > known.get(key, value) for key, value in item.items()) for item in named]
        return log[: newer.index(True)] if True in newer else log

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Take pushes: the sender learns by the refusal that something is new, and not what."""
        return await LogAttack.answer(self, call, server)


def generations(push: PulledPush) -> Mapping[bytes, int]:
    """The generation of each member that the rosters of a push name."""
    statements = (placed.item.signed.statement for placed in push.items if isinstance(placed.item, StatementItem))
    rosters = (parse_roster(item) for item in statements if b'"type":"roster"' in item)
    return {member.account: member.generation for roster in rosters for member in roster.members}
