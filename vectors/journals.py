"""Vectors of rosters and logs: one evening of a couple, and one fault each."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from duolog.protocol.log import EntryItem, Item, LogState, StatementItem, append_item
from duolog.protocol.roster_statements import RosterStatement, parse_roster
from duolog.protocol.statements import SignedStatement
from tests.protocol.builders import GrantMaker, Host, Journal, Person, by_account, sign
from tests.protocol.refusals import edited
from vectors.values import Json, text

UNTIL = 2_000_000_000


def _broken(rule: str) -> Json:
    return {"error": "RosterViolation", "check": f"roster.{rule}"}


def _item(item: Item) -> Json:
    if isinstance(item, EntryItem):
        assert item.blob is not None
        return {"header": text(item.header), "blob": text(item.blob)}
    signatures = [{"account": text(one.account), "signature": text(one.signature)} for one in item.signed.signatures]
    return {"statement": text(item.signed.statement), "signatures": signatures}


def log_of(journal: Journal) -> Json:
    """A journal's log; every item that ended a push carries its receipt, every fresh roster its grants."""
    items = []
    for seq, item in enumerate(journal.items, 1):
        value = _item(item)
        if isinstance(item, StatementItem) and '"grants"' in item.signed.statement.decode():
            epoch = parse_roster(item.signed.statement).epoch
            value["grants"] = {text(account): text(grant) for account, grant in journal.grants[epoch].items()}
        if seq in journal.receipts:
            value["receipt"] = text(journal.receipts[seq].encode())
        items.append(value)
    return {"journal": text(journal.journal), "items": items}


def _gives(state: LogState) -> Json:
    roster = state.roster
    assert roster is not None
    return {
        "seq": state.seq,
        "head": text(state.head),
        "time": state.time,
        "closed": state.closed,
        "epoch": roster.epoch,
        "stale": roster.stale,
        "provisional": roster.provisional,
        "members": [[text(one.account), one.generation, one.role, one.rights, one.until] for one in roster.members],
    }


class Evening:
    """Ada, Sam and Dr Okoro: the same people and journals each time, at four moments."""

    def __init__(self, grants: GrantMaker) -> None:
        self.ada, self.sam, self.okoro, self.robin = (Person(name) for name in ("ada", "sam", "okoro", "robin"))
        self.logs: dict[str, Json] = {}
        self.start = Journal(self.ada, grants=grants)
        self.logs["founded"] = log_of(self.start)
        self.provisional = Journal(self.ada, grants=grants)
        self.provisional.add_partner(self.sam, verified=False)
        self.logs["provisional"] = log_of(self.provisional)
        self.sam = Person("sam")
        self.couple = Journal(self.ada, grants=grants)
        self.couple.add_partner(self.sam)
        self.logs["couple"] = log_of(self.couple)
        self.counsel = Journal(Person("ada"), grants=grants)
        self.counsel.add_partner(Person("sam"))
        self.therapist = Person("okoro")
        self.counsel.add_confidant(self.therapist, until=UNTIL)
        self.logs["counsel"] = log_of(self.counsel)

    def shared(self, *people: Person) -> Json:
        chains = {
            person.name: [
                {"statement": text(one.statement), "signatures": [text(item) for item in one.signatures]}
                for one in person.signed
            ]
            for person in people
        }
        return {"accounts": chains, "receipt_key": text(self.couple.host.key), "logs": self.logs}


def make(grants: GrantMaker) -> Json:
    """The content of `journals.json`."""
    evening = Evening(grants)
    # Sam's second generation is in everyone's hands before any roster names it
    sam = Person("sam").rotate()
    for journal in (evening.start, evening.provisional, evening.couple, evening.counsel):
        journal.people = [Person("ada"), sam, Person("okoro"), Person("robin")]
    cases = [
        *_whole(evening),
        *_roster_links(evening),
        *_adding(evening),
        *_removing(evening),
        *_terms(evening, sam),
        *_logs(evening, grants),
    ]
    return {
        "about": "Whole logs that verify, and logs whose last item breaks one rule. `after` names a shared log.",
        "shared": evening.shared(evening.ada, sam, evening.okoro, evening.robin),
        "cases": cases,
    }


def _whole(evening: Evening) -> list[Json]:
    journals = {
        "founded": evening.start,
        "provisional": evening.provisional,
        "couple": evening.couple,
        "counsel": evening.counsel,
    }
    return [
        {"name": f"log: {name}", "kind": "log", "after": name, "items": [], "gives": _gives(journal.state)}
        for name, journal in journals.items()
    ]


def _after(journal: Journal, after: str, name: str, item: Item | SignedStatement, outcome: Json | None = None) -> Json:
    """A log that goes on with one item; without an `outcome`, it verifies."""
    item = StatementItem(item) if isinstance(item, SignedStatement) else item
    case: Json = {"name": name, "kind": "log", "after": after, "items": [_item(item)]}
    if outcome is not None:
        return case | outcome
    return case | {"gives": _gives(append_item(journal.state, journal.state.seq + 1, item, journal.chains))}


def _change(
    journal: Journal, after: str, name: str, draft: RosterStatement, signers: Iterable[Person], rule: str = ""
) -> Json:
    signed = sign(draft.encode(), *signers)
    return _after(journal, after, f"roster: {name}", signed, _broken(rule) if rule else None)


def _people(journal: Journal) -> tuple[Person, Person, Person, Person]:
    """Each in the generation that the rosters name: a signature of a later one would be a fault of its own."""
    return Person("ada"), Person("sam"), Person("okoro"), Person("robin")


def _roster_links(evening: Evening) -> list[Json]:
    journal = evening.couple
    ada, sam, _, _ = _people(journal)
    rotate = journal.draft("rotate", fresh=True)
    assert rotate.grants is not None
    bad = journal.draft_bad_grant(ada)
    member = sam.member(role="confidant", rights="read", until=UNTIL)
    spoilt: list[tuple[str, RosterStatement, Sequence[Person], str]] = [
        ("another journal", replace(bad, journal=bytes(32)), [ada], "journal"),
        ("a version left out", replace(bad, version=9), [ada], "version"),
        ("another predecessor", replace(bad, prev=bytes(32)), [ada], "prev"),
        ("more than it names", replace(bad, provisional=True), [ada], "unnamed"),
        (
            "a member changed aside",
            replace(bad, members=by_account([*journal.without(sam), member])),
            [ada],
            "unnamed",
        ),
        ("an epoch left out", replace(rotate, epoch=rotate.epoch + 1), [ada], "fresh_epoch"),
        (
            "the same key again",
            replace(rotate, epoch_commitment=journal.roster.epoch_commitment),
            [ada],
            "fresh_commitment",
        ),
        ("a grant missing", replace(rotate, grants={ada.account: bytes(32)}), [ada], "grants_for_all"),
        ("a planted grant", replace(rotate, grants={**rotate.grants, bytes(32): bytes(32)}), [ada], "grants_for_all"),
        ("no grants", replace(rotate, grants=None), [ada], "grants_for_all"),
        ("an epoch that is not carried", replace(bad, epoch=bad.epoch + 1), [ada], "carried_epoch"),
        ("grants where none belong", replace(bad, grants={ada.account: bytes(32)}), [ada], "carried_grants"),
        ("nobody signed", bad, [], "signer_count"),
        ("two signed for one", rotate, [ada, sam], "signer_count"),
        ("somebody else signed", bad, [sam], "signer_allowed"),
    ]
    return [
        _change(journal, "couple", "rotate", rotate, [sam]),
        _change(journal, "couple", "bad_grant", bad, [ada]),
        *(_change(journal, "couple", name, draft, who, rule) for name, draft, who, rule in spoilt),
        *_roster_formats(journal, rotate, bad),
    ]


def _roster_formats(journal: Journal, rotate: RosterStatement, bad: RosterStatement) -> list[Json]:
    ada, sam, _, _ = _people(journal)
    good = sign(rotate.encode(), ada)
    forged = replace(good, signatures=(replace(good.signatures[0], signature=sam.secret.sign(good.statement)),))
    statement = bad.encode()
    fields: list[tuple[str, Json]] = [
        ("a field too many", {"more": 1}),
        ("suite 2", {"suite": 2}),
        ("an unknown change", {"change": {"kind": "evict", "account": text(ada.account)}}),
        ("a change without its account", {"change": {"kind": "bad_grant"}}),
        ("no members", {"members": []}),
        ("a genesis's nonce", {"nonce": text(bytes(32))}),
        ("an acceptance out of place", {"acceptance": {}}),
    ]
    return [
        _after(
            journal, "couple", "roster: a forged signature", forged, {"error": "BadSignature", "check": "signature"}
        ),
        *(
            _after(
                journal,
                "couple",
                f"roster: {name}",
                sign(edited(statement, **changes), ada),
                {"error": "MalformedData"},
            )
            for name, changes in fields
        ),
        _after(
            journal,
            "couple",
            "roster: members out of order",
            sign(replace(bad, members=bad.members[::-1]).encode(), ada),
            {"error": "MalformedData"},
        ),
        _after(journal, "couple", "roster: a second genesis", journal.genesis, _broken("second_genesis")),
    ]


def _adding(evening: Evening) -> list[Json]:
    start, provisional, couple = evening.start, evening.provisional, evening.couple
    ada, sam, okoro, robin = _people(start)
    add = start.draft_add(sam)
    confidant: dict[str, Any] = {"role": "confidant", "rights": "read", "until": UNTIL}
    therapist = couple.draft_add(okoro, **confidant)
    member = sam.member()
    assert add.acceptance is not None
    forged = replace(add.acceptance, signature=ada.secret.sign(add.acceptance.statement))
    read = replace(member, rights="read")
    reading = replace(add, members=by_account([*start.roster.members, read]), acceptance=start.acceptance(sam, read))
    endless = replace(okoro.member(role="confidant", rights="read"))
    without_end = replace(
        therapist, members=by_account([*couple.roster.members, endless]), acceptance=couple.acceptance(okoro, endless)
    )
    verify = provisional.draft("verify", provisional=False)
    elsewhere = start.acceptance(sam, member, journal=bytes(32))
    other_terms = start.acceptance(sam, replace(member, role="confidant", until=9))
    early = replace(provisional.draft_add(okoro, **confidant), provisional=True)
    return [
        _change(start, "founded", "add a partner", add, [ada]),
        _change(couple, "couple", "add a confidant", therapist, [ada, sam]),
        _change(provisional, "provisional", "verify", verify, [ada, sam]),
        _change(provisional, "provisional", "verify by one", verify, [ada], "signer_count"),
        _change(couple, "couple", "verify nobody", couple.draft("verify"), [ada, sam], "verify_provisional"),
        _change(couple, "couple", "a confidant by one partner", therapist, [sam], "signer_count"),
        _change(couple, "couple", "a third partner", couple.draft_add(robin), [ada, sam], "add_limit"),
        _change(provisional, "provisional", "a confidant too early", early, [ada, sam], "add_while_provisional"),
        _change(start, "founded", "a partner who only reads", reading, [ada], "partner_shape"),
        _change(couple, "couple", "a confidant without an end", without_end, [ada, sam], "confidant_shape"),
        _change(
            start,
            "founded",
            "another journal accepted",
            replace(add, acceptance=elsewhere),
            [ada],
            "acceptance_journal",
        ),
        _change(
            start, "founded", "other terms accepted", replace(add, acceptance=other_terms), [ada], "acceptance_member"
        ),
        _after(
            start,
            "founded",
            "roster: a forged acceptance",
            sign(replace(add, acceptance=forged).encode(), ada),
            {"error": "BadSignature", "check": "signature"},
        ),
    ]


def _removing(evening: Evening) -> list[Json]:
    provisional, couple, counsel = evening.provisional, evening.couple, evening.counsel
    ada, sam, okoro, robin = _people(counsel)
    unproven = provisional.draft_remove(sam)
    return [
        _change(provisional, "provisional", "remove a provisional partner", unproven, [ada]),
        _change(provisional, "provisional", "remove oneself", unproven, [sam], "signer_allowed"),
        _change(
            provisional, "provisional", "remove the founder", provisional.draft_remove(ada), [sam], "evict_founder"
        ),
        _change(couple, "couple", "evict a verified partner", couple.draft_remove(sam), [ada], "evict"),
        _change(couple, "couple", "remove a stranger", couple.draft_remove(robin), [ada], "subject"),
        _change(counsel, "counsel", "remove a confidant", counsel.draft_remove(okoro), [sam]),
        _change(counsel, "counsel", "leave", counsel.draft_leave(okoro), [okoro]),
        _change(counsel, "counsel", "a partner leaves", counsel.draft_leave(sam), [sam], "leave_partner"),
        _change(counsel, "counsel", "left by somebody else", counsel.draft_leave(okoro), [ada], "signer_allowed"),
    ]


def _terms(evening: Evening, rotated: Person) -> list[Json]:
    couple, counsel = evening.couple, evening.counsel
    ada, sam, okoro, _ = _people(counsel)

    def term(change: Any, until: int | None) -> RosterStatement:
        return counsel.draft(change, account=okoro.account, members=counsel.with_member(okoro, until=until))

    write = counsel.draft("rights", account=okoro.account, members=counsel.with_member(okoro, rights="write"))
    same = counsel.draft("rights", account=okoro.account)
    refresh = couple.draft("refresh", account=sam.account, members=couple.lifted(rotated))
    forked = couple.draft(
        "refresh", account=sam.account, members=couple.with_member(sam, generation=2, chain_head=bytes(32))
    )
    old_key = SignedStatement(refresh.encode(), (sam.sign(refresh.encode()),))
    lifted = couple.draft("rotate", fresh=True, members=couple.lifted(rotated))
    return [
        _change(counsel, "counsel", "shorten", term("shorten", UNTIL - 1), [ada]),
        _change(counsel, "counsel", "shorten to later", term("shorten", UNTIL + 1), [ada], "shorten"),
        _change(counsel, "counsel", "extend", term("extend", UNTIL + 1), [ada, sam]),
        _change(counsel, "counsel", "extend by one", term("extend", UNTIL + 1), [ada], "signer_count"),
        _change(counsel, "counsel", "extend to earlier", term("extend", UNTIL - 1), [ada, sam], "extend"),
        _change(counsel, "counsel", "a term without end", term("extend", None), [ada, sam], "term_confidant"),
        _change(counsel, "counsel", "rights", write, [ada, sam]),
        _change(counsel, "counsel", "the same rights", same, [ada, sam], "rights"),
        _change(counsel, "counsel", "a reader rotates", counsel.draft("rotate", fresh=True), [okoro], "signer_allowed"),
        _change(couple, "couple", "refresh", refresh, [rotated]),
        _change(couple, "couple", "rotate and lift another", lifted, [ada]),
        _change(
            couple,
            "couple",
            "refresh to the same",
            couple.draft("refresh", account=sam.account),
            [sam],
            "refresh_later",
        ),
        _change(couple, "couple", "refresh to another branch", forked, [rotated], "chain_head"),
        _after(
            couple,
            "couple",
            "roster: refresh with the old key",
            old_key,
            {"error": "BadSignature", "check": "signature"},
        ),
    ]


def _logs(evening: Evening, grants: GrantMaker) -> list[Json]:
    journal = evening.couple
    ada, sam, _, _ = _people(journal)
    entry = journal.entry(ada)
    state = append_item(journal.state, journal.state.seq + 1, entry, journal.chains)
    host, other = journal.host, Host("other host")
    close = journal.draft_close(sam).encode()
    closed = _item(StatementItem(sign(close, sam)))
    carried = {"gives": _gives(replace(state, time=state.time - 1))}

    def receipt(name: str, outcome: Json, host: Host = host, seq: int = 0, head: bytes = b"", time: int = 0) -> Json:
        given = host.receipt(journal.journal, seq or state.seq, head or state.head, time or state.time)
        key = {"receipt_key": text(host.key)} if "gives" in outcome else {}
        items = [_item(entry) | {"receipt": text(given.encode())} | key]
        return {"name": f"log: {name}", "kind": "log", "after": "couple", "items": items} | outcome

    def log(name: str, items: list[Json], outcome: Json) -> Json:
        return {"name": f"log: {name}", "kind": "log", "after": "couple", "items": items} | outcome

    def violation(rule: str, error: str = "LogViolation") -> Json:
        return {"error": error, "check": f"log.{rule}"}

    foreign = Journal(Person("sam"), grants=grants)
    begins = {"name": "log: begins with an entry", "kind": "log", "journal": text(journal.journal)}
    exchanged = {"name": "log: the genesis of another journal", "kind": "log", "journal": text(journal.journal)}
    return [
        _after(journal, "couple", "log: an entry", entry),
        log("a gap", [_item(entry) | {"seq": state.seq + 1}], violation("gapless")),
        log("a repeat", [_item(entry) | {"seq": state.seq - 1}], violation("gapless")),
        _after(journal, "couple", "log: closed", sign(close, sam)),
        log("something after a close", [closed, _item(entry)], violation("after_close")),
        log(
            "a close by both",
            [_item(StatementItem(sign(close, ada, sam)))],
            violation("close_signer", "RosterViolation"),
        ),
        log(
            "a close of another generation",
            [_item(StatementItem(sign(journal.draft_close(sam, generation=2).encode(), sam)))],
            _broken("close_generation"),
        ),
        receipt("a receipt for another head", violation("receipt_head", "BadReceipt"), head=bytes(32)),
        receipt("a receipt for another seq", violation("receipt_head", "BadReceipt"), seq=99),
        receipt("a receipt of another server", {"error": "BadReceipt", "check": "receipts.signature"}, host=other),
        receipt("another server's earlier time", carried, host=other, time=state.time - 1),
        receipt("a receipt of an earlier time", violation("receipt_time", "BadReceipt"), time=state.time - 1),
        begins | {"items": [_item(entry)]} | violation("genesis_first"),
        exchanged | {"items": [_item(StatementItem(foreign.genesis))]} | violation("genesis_journal"),
        _grants_exchanged(evening),
    ]


def _grants_exchanged(evening: Evening) -> Json:
    log = evening.logs["founded"]
    spoilt = dict(log["items"][0])
    spoilt["grants"] = dict.fromkeys(spoilt["grants"], "AAAA")
    name = "log: a grant exchanged by the server"
    return {"name": name, "kind": "log", "journal": log["journal"], "items": [spoilt]} | _broken("grants_sent")
