"""The log: one chain that a server can't cut, turn or fork unseen."""

from dataclasses import replace

import pytest

from duolog.errors import BadReceipt, BadSignature, LogViolation, MalformedData, RosterViolation
from duolog.protocol import sizes
from duolog.protocol.codec import encode_canonical
from duolog.protocol.log import (
    EntryItem,
    StatementItem,
    accept_receipt,
    append_item,
    append_push,
    empty_log,
    entry_item,
    next_head,
)
from duolog.protocol.messages import Document, Message
from duolog.protocol.receipts import parse_receipt, verify_former_key, verify_receipt, verify_receipt_key
from duolog.protocol.receipts import receipt_key_input as hand_over
from duolog.protocol.statements import SignedStatement
from tests.protocol.builders import Host, Journal, Person, couple, sign
from tests.protocol.refusals import malformed, refused


def test_the_log_of_an_honest_couple_verifies_again() -> None:
    ada, sam, journal = couple()
    journal.push(journal.entry(ada), journal.entry(sam))
    state = empty_log(journal.journal)
    for seq, item in enumerate(journal.items, 1):
        state = append_item(state, seq, item, journal.chains)
        if seq in journal.receipts:
            state = accept_receipt(state, journal.receipts[seq], journal.host.key)
    assert state == journal.state


def test_a_push_ends_in_one_receipt() -> None:
    ada, _, journal = couple()
    before = journal.state
    journal.push(journal.entry(ada), journal.entry(ada))
    receipt = journal.receipts[journal.state.seq]
    assert append_push(before, journal.items[-2:], receipt, journal.host.key, journal.chains) == journal.state


@pytest.mark.parametrize("step", [0, 2, -1])
def test_a_gap_or_repeat_is_seen(step: int) -> None:
    ada, _, journal = couple()
    with refused("log.gapless", LogViolation):
        append_item(journal.state, journal.state.seq + step, journal.entry(ada), journal.chains)


def test_nothing_follows_a_close() -> None:
    ada, sam, journal = couple()
    entry = journal.entry(ada)
    close = journal.draft_close(sam).encode()
    journal.push(StatementItem(sign(close, sam)))
    assert journal.state.closed
    with refused("log.after_close", LogViolation):
        append_item(journal.state, journal.state.seq + 1, entry, journal.chains)


def test_a_close_is_signed_by_its_author_alone() -> None:
    ada, sam, journal = couple()
    close = journal.draft_close(sam).encode()
    for signed in (sign(close, ada), sign(close, ada, sam), SignedStatement(close, ())):
        with refused("log.close_signer", RosterViolation):
            append_item(journal.state, journal.state.seq + 1, StatementItem(signed), journal.chains)
    forged = SignedStatement(close, (replace(ada.sign(close), account=sam.account),))
    with pytest.raises(BadSignature):
        append_item(journal.state, journal.state.seq + 1, StatementItem(forged), journal.chains)


def test_a_log_begins_with_its_own_genesis() -> None:
    ada, sam, journal = couple()
    start = empty_log(journal.journal)
    close = StatementItem(sign(journal.draft_close(ada).encode(), ada))
    for item in (journal.entry(ada), close):
        with refused("log.genesis_first", LogViolation):
            append_item(start, 1, item, journal.chains)
    other = Journal(sam)
    with refused("log.genesis_journal", LogViolation):
        append_item(start, 1, StatementItem(other.genesis), other.chains)


def test_a_statement_of_an_unknown_type_is_refused() -> None:
    ada, _, journal = couple()
    signed = sign(encode_canonical({"type": "decree"}), ada)
    with pytest.raises(MalformedData):
        append_item(journal.state, journal.state.seq + 1, StatementItem(signed), journal.chains)


def test_heads_tell_order_content_and_signatures_apart() -> None:
    ada, _, journal = couple()
    one, two = journal.entry(ada), journal.entry(ada)
    head = journal.state.head
    assert next_head(next_head(head, one.digest), two.digest) != next_head(next_head(head, two.digest), one.digest)
    destroyed = EntryItem(one.header, one.hash_of_blob, None)
    assert destroyed.digest == one.digest
    assert entry_item(one.header, b"other").digest != one.digest


def test_a_receipt_of_another_head_place_server_or_time_is_refused() -> None:
    ada, _, journal = couple()
    state = append_item(journal.state, journal.state.seq + 1, journal.entry(ada), journal.chains)
    host, time = journal.host, journal.state.time
    good = host.receipt(journal.journal, state.seq, state.head, time)
    assert accept_receipt(state, good, host.key).time == time
    for check, receipt in (
        ("log.receipt_head", host.receipt(journal.journal, state.seq + 1, state.head, time)),
        ("log.receipt_head", host.receipt(journal.journal, state.seq, bytes(32), time)),
        ("receipts.signature", Host("another").receipt(journal.journal, state.seq, state.head, time)),
        ("receipts.signature", host.receipt(bytes(32), state.seq, state.head, time)),
        ("receipts.signature", replace(good, time=time + 1)),
        ("log.receipt_time", host.receipt(journal.journal, state.seq, state.head, time - 1)),
        ("log.receipt_range", host.receipt(journal.journal, state.seq, state.head, sizes.EARLIEST_TIME - 1)),
        ("log.receipt_range", host.receipt(journal.journal, state.seq, state.head, sizes.LATEST_TIME + 1)),
    ):
        with refused(check, BadReceipt):
            accept_receipt(state, receipt, host.key)


def test_times_start_anew_with_each_key() -> None:
    """Three servers whose clocks stand apart; the times of each ascend, whatever the one before said."""
    ada, _, journal = couple()
    state, hosts = journal.state, {name: Host(name) for name in ("second", "third")}
    for name, time, goes in (
        ("second", sizes.EARLIEST_TIME, True),
        ("second", sizes.EARLIEST_TIME + 1, True),
        ("second", sizes.EARLIEST_TIME, False),
        ("third", sizes.LATEST_TIME, True),
        ("third", sizes.LATEST_TIME - 1, False),
        ("second", sizes.EARLIEST_TIME, True),
    ):
        after = append_item(state, state.seq + 1, journal.entry(ada), journal.chains)
        receipt = hosts[name].receipt(journal.journal, after.seq, after.head, time)
        if not goes:
            with refused("log.receipt_time", BadReceipt):
                accept_receipt(after, receipt, hosts[name].key)
            continue
        state = accept_receipt(after, receipt, hosts[name].key)
        assert (state.time, state.key) == (time, hosts[name].key)


@pytest.mark.parametrize("time", [0, sizes.EARLIEST_TIME - 1, sizes.LATEST_TIME + 1, 2**53 - 1, 2**62, 2**64 - 1])
def test_a_time_that_no_clock_shows_is_no_receipt(time: int) -> None:
    receipt = Journal(Person("ada")).receipts[1].encode()
    with malformed("before 2020|2\\^53"):
        parse_receipt(receipt[:40] + time.to_bytes(8, "big") + receipt[48:])


def test_a_receipt_has_112_bytes() -> None:
    journal = Journal(Person("ada"))
    receipt = journal.receipts[1]
    assert parse_receipt(receipt.encode()) == receipt
    verify_receipt(receipt, journal.journal, journal.host.key)
    for data in (receipt.encode()[:-1], receipt.encode() + b"\x00"):
        with malformed("112 belong"):
            parse_receipt(data)


def test_an_old_receipt_key_hands_over_to_the_next() -> None:
    old, new = Host("old"), Host("new")
    message = hand_over(old.key, new.key)
    verify_receipt_key(old.key, new.key, old.sign(message))
    for signature in (new.sign(message), old.sign(hand_over(new.key, old.key))):
        with pytest.raises(BadSignature):
            verify_receipt_key(old.key, new.key, signature)
    verify_former_key(old.key, new.key, new.sign(message))
    for signature in (old.sign(message), new.sign(hand_over(new.key, old.key))):
        with pytest.raises(BadSignature):
            verify_former_key(old.key, new.key, signature)


def test_a_receipt_in_a_message_is_the_one_that_was_given() -> None:
    journal = Journal(Person("ada"))
    receipt = journal.receipts[1]
    assert Message(Document("note", 1, 0, {}), receipt).seen == receipt
