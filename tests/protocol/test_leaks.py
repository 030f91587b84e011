"""Whatever bytes come in, only the project's own errors come out."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duolog.errors import DuologError
from duolog.protocol import accounts, codec, entries, keyholder_sets, login, messages, receipts, roster_statements
from duolog.protocol.roster import check_change
from tests.examples import examples
from tests.protocol.builders import couple, sign

ADA, SAM, JOURNAL = couple()
STATEMENTS = [
    ADA.signed[0].statement,
    ADA.sets[1].statement,
    JOURNAL.genesis.statement,
    JOURNAL.draft_add(ADA).encode(),
    JOURNAL.draft_close(ADA).encode(),
    JOURNAL.message(),
    JOURNAL.header(ADA).encode(),
    JOURNAL.receipts[1].encode(),
]
PARSERS: list[Callable[[bytes], object]] = [
    codec.parse_canonical,
    codec.parse_message_json,
    keyholder_sets.parse_set,
    roster_statements.parse_roster,
    roster_statements.parse_acceptance,
    roster_statements.parse_close,
    entries.parse_header,
    entries.require_blob_size,
    messages.parse_message,
    receipts.parse_receipt,
    lambda data: accounts.verify_chain([accounts.SignedAccountStatement(data, (bytes(64),))]),
    lambda data: check_change(JOURNAL.roster, sign(data, ADA), JOURNAL.chains),
    lambda data: login.parse_origin(data.decode("utf-8", "replace")),
    lambda data: codec.parse_b64(data.decode("utf-8", "replace")),
]


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """Real bytes with a piece cut out or replaced."""
    data = draw(st.sampled_from(STATEMENTS))
    at = draw(st.integers(0, len(data)))
    end = draw(st.integers(at, min(len(data), at + 40)))
    return data[:at] + draw(st.binary(max_size=20)) + data[end:]


@pytest.mark.parametrize("parse", PARSERS, ids=lambda parse: parse.__name__)
@settings(max_examples=examples(60), deadline=None)
@given(data=st.binary(max_size=300) | spoilt())
def test_a_parser_raises_nothing_else(parse: Callable[[bytes], object], data: bytes) -> None:
    with contextlib.suppress(DuologError):
        parse(data)
