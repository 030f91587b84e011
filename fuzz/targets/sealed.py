"""The secret side: links, words, codes, what people meeting send each other, entries, grants, packages."""

from dataclasses import replace
from functools import cache

from duolog.errors import EntryFault, MalformedData, OpenError, VerificationError
from duolog.protocol.accounts import AccountHead, Keyholder
from duolog.protocol.codec import encode_b64, parse_b64, sha256
from duolog.protocol.entries import padded_length, parse_header
from duolog.protocol.log import EntryItem
from duolog.protocol.roster import grant_digest
from duolog.protocol.roster_statements import Acceptance, SignedAcceptance, parse_acceptance
from duolog.seal import aead, devices, grants, links, packages, pairing, proposals, words
from duolog.seal.entries import open_entry, open_exported, readers_of
from fuzz import seeds
from fuzz.mutation import change_canonical, change_text
from fuzz.registry import target
from tests.protocol.builders import Journal, Person

UNTRUE = (MalformedData, VerificationError)
NONCE = b"n" * 32
SECRET = pairing.InvitationSecret(b"top secret 16 by")
ORIGIN = "https://journal.example"


def _texts(*kinds: str) -> list[bytes]:
    return [
        case[name].encode() for case in seeds.vectors("codec.json", *kinds) for name in ("text", "link") if name in case
    ]


@target(lambda: [links.Link(ORIGIN, bytes(16)).url.encode(), *_texts("link")], change=change_text)
def link(data: bytes) -> None:
    """A pasted invitation link."""
    parsed = links.parse_link(data.decode("utf-8", "replace"))
    assert links.parse_link(parsed.url) == parsed


@target(lambda: [" ".join(words.encode_words(bytes(range(32)))).encode(), *_texts("words")], change=change_text)
def recovery_words(data: bytes) -> None:
    """24 typed words."""
    secret = words.parse_words(data.decode("utf-8", "replace"))
    assert words.parse_words(" ".join(words.encode_words(secret))) == secret


@cache
def _code() -> devices.DeviceCode:
    return devices.DeviceCode.new(seeds.people()[1].device.public, b"secret, 16 bytes")


@target(lambda: [_code().text.encode(), _code().uri.encode()], change=change_text)
def device_code(data: bytes) -> None:
    """A new device's code, typed or scanned."""
    parsed = devices.parse_code(data.decode("utf-8", "replace"))
    assert devices.parse_code(parsed.text).code == parsed.code


# --- pairing ----------------------------------------------------------------------------------------------------------


@cache
def _founded() -> Journal:
    return Journal(seeds.people()[0])


@cache
def _invitation() -> pairing.Invitation:
    ada, made = seeds.people()[0], _founded()
    return pairing.Invitation(
        chain=tuple(ada.signed),
        genesis=made.genesis,
        role="partner",
        rights="write",
        origin=ORIGIN,
        receipt_key=made.host.key,
        reveal=pairing.reveal_commitment(NONCE, ada.newest.statement_hash, made.journal),
    )


@cache
def _answer() -> pairing.PairingAnswer:
    return pairing.PairingAnswer(_accepted(seeds.people()[1]), tuple(seeds.people()[1].signed))


def _accepted(person: Person) -> SignedAcceptance:
    accepted = Acceptance(_founded().journal, sha256(_invitation().encode()), person.member(), bytes(32)).encode()
    return SignedAcceptance(accepted, person.secret.sign(accepted))


@target(lambda: [_invitation().encode()], change=change_canonical, raises=UNTRUE)
def invitation(data: bytes) -> None:
    """A founder's invitation."""
    parsed = pairing.parse_invitation(data)
    assert pairing.parse_invitation(parsed.encode()) == parsed
    pairing.verify_invitation(parsed)


@target(lambda: [_answer().encode()], change=change_canonical, raises=UNTRUE)
def answer(data: bytes) -> None:
    """A newcomer's answer."""
    parsed = pairing.parse_answer(data)
    assert pairing.parse_answer(parsed.encode()) == parsed
    pairing.verify_answer(_invitation().encode(), parsed)


@target(lambda: [_answer().acceptance.statement], change=change_canonical, raises=UNTRUE)
def signed_acceptance(data: bytes) -> None:
    """An acceptance whose signature is right, of the invitation that was given."""
    sam = seeds.people()[1]
    parse_acceptance(data)
    signed = SignedAcceptance(data, sam.secret.sign(data))
    pairing.verify_answer(_invitation().encode(), pairing.PairingAnswer(signed, tuple(sam.signed)))


@target(lambda: [NONCE], raises=UNTRUE)
def reveal(data: bytes) -> None:
    """A founder's reveal."""
    pairing.require_reveal(_invitation(), pairing.parse_nonce(data))


@target(lambda: [SECRET.seal("invitation", b"{}"), b""], raises=(OpenError,))
def sealed_invitation(data: bytes) -> None:
    """One of the three messages of a pairing, as the server hands it on."""
    SECRET.open("invitation", data)


@cache
def _context() -> proposals.ProposalContext:
    return proposals.ProposalContext(_invitation().encode(), NONCE, tuple(seeds.people()[1].signed))


@target(lambda: [_context().encode()], change=change_canonical, raises=UNTRUE)
def proposal_context(data: bytes) -> None:
    """A proposal's context."""
    proposals.verify_context(proposals.parse_context(data), _answer().acceptance)


# --- devices ----------------------------------------------------------------------------------------------------------


def _phone() -> Keyholder:
    return seeds.people()[1].device.public


@target(
    lambda: [devices.DeviceKeys(_phone().sign_key, _phone().kem_key).encode(), devices.DeviceAdded(3).encode()],
    change=change_canonical,
)
def device_message(data: bytes) -> None:
    """The short messages by which two devices of an account meet."""
    if b"device_added" in data:
        devices.parse_device_added(data)
    else:
        parsed = devices.parse_device_keys(data)
        assert devices.parse_device_keys(parsed.encode()) == parsed


@cache
def _shown() -> devices.DeviceAccount:
    ada, host = seeds.people()[0], seeds.journal().host
    head = AccountHead(3, bytes(32))
    return devices.DeviceAccount(
        ada.account, tuple(ada.signed), tuple(ada.sets), ada.secret.salt, head, ORIGIN, host.key
    )


@target(lambda: [_shown().encode()], change=change_canonical, raises=UNTRUE)
def device_account(data: bytes) -> None:
    """The account that an old device shows to a new one."""
    devices.verify_device_account(devices.parse_device_account(data), ORIGIN)


@target(lambda: [_code().seal("new", 1, b"{}"), b""], raises=(OpenError,))
def sealed_device_message(data: bytes) -> None:
    """The same as the server hands it on."""
    _code().open("new", 1, data)


# --- entries and keys -------------------------------------------------------------------------------------------------


@cache
def _last_entry() -> tuple[EntryItem, bytes]:
    item = seeds.journal().items[-1]
    assert isinstance(item, EntryItem)
    assert item.blob is not None
    return item, item.blob


@target(lambda: [_last_entry()[1], b""], raises=(EntryFault,))
def blob(data: bytes) -> None:
    """An entry's blob under the right keys."""
    made, sam = seeds.journal(), seeds.people()[1]
    head = parse_header(_last_entry()[0].header)
    open_entry(head, data, made.key, sam.account, sam.secret, readers_of(made.roster, made.chains))


def _plaintext() -> bytes:
    item, sealed = _last_entry()
    key, commitment = seeds.journal().key.entry_keys(item.header)
    return aead.decrypt(key, sealed[:24], sealed[56:], item.header + commitment)


@target(lambda: [_plaintext(), (2).to_bytes(4, "big") + b"{}" + bytes(96), b"", b"\xff" * 4], raises=(EntryFault,))
def plaintext(data: bytes) -> None:
    """A member's plaintext in place of a message, its tags and its padding."""
    made, sam = seeds.journal(), seeds.people()[1]
    bound = _last_entry()[0].header
    key, commitment = made.key.entry_keys(bound)
    padded = data.ljust(padded_length(len(data)), b"\x00")
    sealed = bytes(24) + commitment + aead.encrypt(key, bytes(24), padded, bound + commitment)
    readers = readers_of(made.roster, made.chains)
    try:
        open_entry(parse_header(bound), sealed, made.key, sam.account, sam.secret, readers)
    finally:
        open_exported(bound, sealed, key, len(readers))


def _grant() -> bytes:
    made = seeds.journal()
    return made.grants[made.roster.epoch][seeds.people()[0].account]


@target(lambda: [_grant(), b""], raises=(OpenError, VerificationError))
def grant(data: bytes) -> None:
    """A grant that the roster names, whatever it holds."""
    ada, made = seeds.people()[0], seeds.journal()
    newest = made.fresh_rosters[made.roster.epoch]
    named = replace(newest, grants={ada.account: grant_digest(data)})
    grants.unwrap_grant(data, named, ada.account, ada.secret)


@cache
def _package() -> bytes:
    ada = seeds.people()[0]
    return packages.wrap_package(ada.secret, ada.account, ada.newest, ada.device.public)


@target(lambda: [_package(), b""], raises=(OpenError, VerificationError))
def package(data: bytes) -> None:
    """A seed sealed to a keyholder, or to a newer generation."""
    ada = seeds.people()[0]
    older, newer = ada.chain.generation(1), ada.chain.generation(2)
    try:
        packages.unwrap_package(data, ada.account, newer, ada.device)
    except (OpenError, VerificationError):
        packages.unwrap_earlier_seed(data, ada.account, older, newer, ada.secret)


@target(lambda: [encode_b64(sha256(b"a hash")).encode()])
def compared_words(data: bytes) -> None:
    """Words of whatever is given as a hash."""
    words.eight_words(parse_b64(data.decode("ascii", "replace")))
