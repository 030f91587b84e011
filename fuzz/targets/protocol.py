"""The public side: codec, statements, headers, receipts, messages, logs."""

import contextlib
from dataclasses import replace
from functools import cache

from duolog.api.pages import parse_page
from duolog.errors import MalformedData, VerificationError
from duolog.protocol import (
    accounts,
    codec,
    entries,
    keyholder_sets,
    log,
    login,
    messages,
    receipts,
    roster,
    roster_statements,
)
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.codec import parse_canonical
from duolog.protocol.log import StatementItem, append_item, empty_log, next_head
from duolog.protocol.roster_changes import Roster
from duolog.protocol.statements import Fields, Signature, SignedStatement
from duolog.seal.chains import encode_link, read_link
from fuzz import seeds
from fuzz.mutation import change_canonical, change_frames, change_json, change_text
from fuzz.registry import target
from tests.protocol.builders import Person

UNTRUE = (MalformedData, VerificationError)


@target(lambda: [*seeds.statements(), *seeds.data_of("codec.json", "canonical")], change=change_canonical)
def canonical(data: bytes) -> None:
    """Any statement."""
    assert codec.encode_canonical(codec.parse_canonical(data)) == data


def _messages() -> list[bytes]:
    made = seeds.journal()
    plain = made.message()
    fuller = made.message(follows=bytes(16), refused=(3, 4), attachments=(_attachment(),))
    return [plain, fuller, *seeds.data_of("codec.json", "message")]


@target(lambda: [*_messages(), b'{"a":' + b"9" * 5000 + b"}", b"[" * 2000], change=change_json)
def message_json(data: bytes) -> None:
    """Any JSON of a message; what was read is written and read again."""
    value = codec.parse_message_json(data)
    assert codec.parse_message_json(codec.encode_message_json(value)) == value


@target(lambda: [b"", b"AA", b"AAE", b"AAECAwQF", "é".encode()], change=change_text)
def base64url(data: bytes) -> None:
    """A binary value inside JSON."""
    text = data.decode("utf-8", "surrogateescape")
    assert codec.encode_b64(codec.parse_b64(text)) == text


@target(lambda: [b"https://journal.example", b"http://[::1]:8080", b"HTTPS://journal.example:443/"], change=change_text)
def origin(data: bytes) -> None:
    """The address of a server."""
    normal = login.parse_origin(data.decode("utf-8", "surrogateescape"))
    assert login.parse_origin(normal) == normal


@target(lambda: [item.header for item in seeds.journal().items if isinstance(item, log.EntryItem)])
def header(data: bytes) -> None:
    """An entry's header."""
    assert entries.parse_header(data).encode() == data


@target(lambda: [item.encode() for item in seeds.journal().receipts.values()])
def receipt(data: bytes) -> None:
    """A receipt, and the content of `seen`."""
    parsed = receipts.parse_receipt(data)
    assert parsed.encode() == data
    with contextlib.suppress(VerificationError):
        receipts.verify_receipt(parsed, seeds.journal().journal, seeds.journal().host.key)


@target(_messages, change=change_json)
def message(data: bytes) -> None:
    """An entry's message; what was read can be written again."""
    parsed = messages.parse_message(data)
    assert messages.parse_message(parsed.encode()) == parsed


def _attachment() -> messages.Attachment:
    return messages.Attachment(bytes(16), bytes(32), bytes(32), 4096, "image/jpeg")


# --- statements -------------------------------------------------------------------------------------------------------


@target(lambda: seeds.statements("roster", "close"), change=change_canonical)
def journal_statement(data: bytes) -> None:
    """A roster statement or a closing."""
    if roster_statements.statement_type(parse_canonical(data)) == "roster":
        assert roster_statements.parse_roster(data).encode() == data
    else:
        assert roster_statements.parse_close(data).encode() == data


@target(seeds.acceptances, change=change_canonical)
def acceptance(data: bytes) -> None:
    """A newcomer's acceptance."""
    assert roster_statements.parse_acceptance(data).encode() == data


@target(lambda: seeds.statements("roster"), change=change_canonical, raises=UNTRUE)
def roster_change(data: bytes) -> None:
    """A roster statement whose signatures are right, after each roster of an honest journal."""
    chains = seeds.journal().chains
    for previous in _rosters():
        with contextlib.suppress(VerificationError):
            needed = roster.required_signers(previous, data, chains)
            signers = sorted(_person(account).account for account in needed.accounts)[: needed.count]
            signed = SignedStatement(data, tuple(_sign(_person(account), data, previous) for account in signers))
            roster.check_change(previous, signed, chains)


@cache
def _rosters() -> tuple[Roster | None, ...]:
    made = seeds.journal()
    state, versions = empty_log(made.journal), dict[int, Roster | None]({0: None})
    for item in made.items:
        state = append_item(state, state.seq + 1, item, made.chains)
        versions[0 if state.roster is None else state.roster.version] = state.roster
    return tuple(versions.values())


def _person(account: bytes) -> Person:
    """The person with this account. Ada signs for an unknown account, and is refused."""
    return next((person for person in seeds.people() if person.account == account), seeds.people()[0])


def _sign(person: Person, data: bytes, previous: Roster | None) -> Signature:
    member = None if previous is None else previous.find(person.account)
    return person.sign(data, 0 if member is None else member.generation)


@target(lambda: [seeds.closing()], change=change_canonical, raises=UNTRUE)
def closing(data: bytes) -> None:
    """A closing that one partner signed."""
    state = seeds.journal().state
    ada = seeds.people()[0]
    append_item(state, state.seq + 1, StatementItem(SignedStatement(data, (ada.sign(data),))), seeds.journal().chains)


def _links(person: Person) -> codec.JsonObject:
    return {"chain": [encode_link(item) for item in person.signed], "sets": [encode_link(item) for item in person.sets]}


@target(
    lambda: [codec.encode_message_json(_links(person)) for person in seeds.people()], change=change_json, raises=UNTRUE
)
def account_chain(data: bytes) -> None:
    """A chain with its signatures, as others show it, and the keyholder sets of its owner."""
    fields = Fields(codec.parse_message_json(data), "A chain")
    chain = accounts.verify_chain(fields.objects("chain", read_link, 1, 100))
    keyholder_sets.verify_sets(chain, fields.objects("sets", read_link, 1, 100))


@target(lambda: seeds.statements("account_genesis", "account_rotation"), change=change_canonical, raises=UNTRUE)
def account_statement(data: bytes) -> None:
    """A genesis or a rotation whose signatures are right."""
    ada = seeds.people()[0]
    both = tuple(secret.sign(data) for secret in ada.secrets)
    with contextlib.suppress(*UNTRUE):
        accounts.verify_chain([SignedAccountStatement(data, both[:1])])
    first = accounts.verify_chain(ada.signed[:1])
    accounts.extend_chain(first, SignedAccountStatement(data, both))


@target(
    lambda: [item.statement for person in seeds.people() for item in person.sets],
    change=change_canonical,
    raises=UNTRUE,
)
def keyholder_set(data: bytes) -> None:
    """A keyholder set whose signature is right, behind honest ones."""
    assert keyholder_sets.parse_set(data).encode() == data
    ada = seeds.people()[0]
    for before, generation in ((0, 1), (1, 1), (2, 2), (3, 2)):
        signed = SignedAccountStatement(data, (ada.secrets[generation - 1].sign(data),))
        with contextlib.suppress(VerificationError):
            keyholder_sets.verify_sets(ada.chain, [*ada.sets[:before], signed])


# --- logs -------------------------------------------------------------------------------------------------------------


@target(
    lambda: [seeds.page_of(seeds.journal()), seeds.page_of(seeds.closed_journal())], change=change_frames, raises=UNTRUE
)
def log_of_a_server(data: bytes) -> None:
    """A page whose heads and receipts hold together, whatever its items are."""
    made, page = seeds.journal(), parse_page(data)
    state = empty_log(made.journal)
    for push in page.pushes:
        head, seq = state.head, state.seq
        for placed in push.items:
            head, seq = next_head(head, placed.item.digest), seq + 1
        signed = made.host.receipt(made.journal, seq, head, push.receipt.time)
        items = [replace(placed, seq=state.seq + number).item for number, placed in enumerate(push.items, 1)]
        state = log.append_push(state, items, signed, made.host.key, made.chains)


@target(lambda: [item.blob for item in seeds.journal().items if isinstance(item, log.EntryItem) and item.blob])
def padding(data: bytes) -> None:
    """The size of a blob."""
    entries.require_blob_size(data)
