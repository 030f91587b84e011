"""Vectors of derivations, packages, log-in, receipts, account chains, keyholder sets and pairing."""

from collections.abc import Callable
from dataclasses import replace

from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.codec import encode_b64, label, sha256, u32
from duolog.protocol.keyholder_sets import AccountHead, parse_set
from duolog.protocol.receipts import receipt_key_input
from duolog.protocol.roster_statements import Acceptance, SignedAcceptance
from duolog.seal.keys import EpochKey, GenerationSecret, KeyholderSecret
from duolog.seal.links import Link
from duolog.seal.pairing import Invitation, InvitationSecret, PairingAnswer, pairing_words, reveal_commitment
from tests.protocol.builders import GrantMaker, Host, Journal, Person
from tests.protocol.refusals import edited
from vectors.values import Json, text

Seal = Callable[[bytes, bytes, bytes], bytes]
BAD_SIGNATURE = {"error": "BadSignature", "check": "signature"}
OPEN_ERROR = {"error": "OpenError"}


def _chain(person: Person) -> list[Json]:
    return [_signed(item) for item in person.signed]


def _signed(item: SignedAccountStatement) -> Json:
    return {"statement": text(item.statement), "signatures": [text(one) for one in item.signatures]}


def _fault(check: str, error: str = "ChainViolation") -> Json:
    return {"error": error, "check": check}


# --- keys.json ---


def make(seal: Seal) -> Json:
    """The content of `keys.json`."""
    ada, sam = Person("ada").rotate(), Person("sam")
    return {
        "about": "Derivations, packages, earlier seeds, log-in and receipts. Every secret here is public.",
        "shared": {"accounts": {"ada": _chain(ada), "sam": _chain(sam)}},
        "cases": [*_derivations(ada, sam), *_packages(ada, sam, seal), *_logins(ada), *_receipts()],
    }


def _derivations(ada: Person, sam: Person) -> list[Json]:
    secret, statement = ada.secret, b"a statement"
    key, header = EpochKey(bytes(range(32)), 7), b"h" * 91
    entry_key, commitment = key.entry_keys(header)
    cases: list[Json] = [
        {
            "name": "generation",
            "kind": "generation",
            "seed": text(secret.seed),
            "generation": 2,
            "statement": text(statement),
            "other_box_key": text(sam.secret.box_key),
            "gives": {
                "sign_key": text(secret.sign_key),
                "box_key": text(secret.box_key),
                "kem_key": text(secret.kem_key),
                "salt": text(secret.salt),
                "signature": text(secret.sign(statement)),
                "agreed": text(secret.agree(sam.secret.box_key)),
            },
        },
        {
            "name": "epoch key",
            "kind": "epoch",
            "epoch_key": text(key.key),
            "epoch": 7,
            "nonce": text(b"n" * 32),
            "header": text(header),
            "gives": {
                "epoch_commitment": text(key.commitment(b"n" * 32)),
                "entry_key": text(entry_key),
                "commitment": text(commitment),
            },
        },
    ]
    cases.append(
        cases[0] | {"name": "generation: a key that gives zeros", "other_box_key": text(bytes(32))} | OPEN_ERROR
    )
    cases[-1].pop("gives")
    return cases + [
        _keyholder(item, ada.account) for item in (ada.device, ada.sheet, KeyholderSecret(b"p" * 32, "passkey"))
    ]


def _keyholder(secret: KeyholderSecret, account: bytes) -> Json:
    public = secret.public
    gives = {"id": text(public.id), "sign_key": text(public.sign_key), "kem_key": text(public.kem_key)}
    if secret.kind != "device":
        gives["anchor"] = text(secret.anchor(account))
    return {
        "name": f"keyholder: {secret.kind}",
        "kind": "keyholder",
        "seed": text(secret.seed),
        "keyholder_kind": secret.kind,
        "account": text(account),
        "gives": gives,
    }


def _packages(ada: Person, sam: Person, seal: Seal) -> list[Json]:
    first, second = ada.chain.generations
    info = label("package") + ada.account + u32(2) + ada.device.id + second.statement_hash
    kem_key = ada.device.public.kem_key
    package = seal(kem_key, ada.secret.seed, info)
    base = {
        "name": "package",
        "kind": "package",
        "chain": "ada",
        "generation": 2,
        "keyholder_seed": text(ada.device.seed),
        "keyholder_kind": "device",
        "package": text(package),
    }
    earlier_info = label("earlier-seed") + ada.account + u32(1) + first.statement_hash + u32(2) + second.statement_hash
    earlier = {
        "name": "earlier seed",
        "kind": "earlier_seed",
        "chain": "ada",
        "of": 1,
        "to": 2,
        "newer_seed": text(ada.secret.seed),
        "sealed": text(seal(second.kem_key, ada.secrets[0].seed, earlier_info)),
    }
    wrong = {"error": "WrongAccount", "check": "seal.derived_keys"}
    flipped = bytes([package[0] ^ 1]) + package[1:]
    return [
        base | {"gives": {"seed": text(ada.secret.seed)}},
        base | {"name": "package: of another generation", "generation": 1} | OPEN_ERROR,
        base | {"name": "package: for another account", "chain": "sam", "generation": 1} | OPEN_ERROR,
        base | {"name": "package: another keyholder", "keyholder_seed": text(ada.sheet.seed)} | OPEN_ERROR,
        base | {"name": "package: a flipped bit", "package": text(flipped)} | OPEN_ERROR,
        base | {"name": "package: another seed", "package": text(seal(kem_key, sam.secret.seed, info))} | wrong,
        base | {"name": "package: no seed", "package": text(seal(kem_key, b"short", info))} | OPEN_ERROR,
        earlier | {"gives": {"seed": text(ada.secrets[0].seed)}},
        earlier | {"name": "earlier seed: generations exchanged", "of": 2, "to": 2} | OPEN_ERROR,
    ]


def _logins(ada: Person) -> list[Json]:
    challenge = ada.random(32)
    base = {
        "name": "log-in",
        "kind": "login",
        "origin": "https://journal.example",
        "challenge": text(challenge),
        "sign_key": text(ada.device.public.sign_key),
        "signature": text(ada.device.sign_login("https://journal.example", challenge)),
    }
    return [
        base | {"gives": {}},
        base | {"name": "log-in: relayed to another host", "origin": "https://other.example"} | BAD_SIGNATURE,
        base | {"name": "log-in: another challenge", "challenge": text(bytes(32))} | BAD_SIGNATURE,
        base | {"name": "log-in: another keyholder", "sign_key": text(ada.sheet.public.sign_key)} | BAD_SIGNATURE,
        base | {"name": "log-in: a short challenge", "challenge": "AAAA", "error": "MalformedData"},
        base
        | {"name": "log-in: a signature too long", "signature": base["signature"] + "AAAA"}
        | _fault("statements.signature_size", "BadSignature"),
    ]


def _beyond(base: Json, receipt: bytes) -> list[Json]:
    """Numbers that no log reaches, in the places of seq and time."""
    large = (2**53).to_bytes(8, "big")
    spoilt = [
        ("seq 0", bytes(8) + receipt[8:]),
        ("a seq of 2^53", large + receipt[8:]),
        ("a seq of 2^63", (2**63).to_bytes(8, "big") + receipt[8:]),
        ("a time of 2^53", receipt[:40] + large + receipt[48:]),
    ]
    return [
        base | {"name": f"receipt: {name}", "receipt": text(data), "error": "MalformedData"} for name, data in spoilt
    ]


def _receipts() -> list[Json]:
    host, other = Host(), Host("other host")
    receipt = host.receipt(b"j" * 32, 5, b"h" * 32, 1_700_000_000)
    base = {
        "name": "receipt",
        "kind": "receipt",
        "journal": text(b"j" * 32),
        "receipt_key": text(host.key),
        "receipt": text(receipt.encode()),
    }
    bad = _fault("receipts.signature", "BadReceipt")
    said, keys = receipt_key_input(host.key, other.key), {"old_key": text(host.key), "new_key": text(other.key)}
    over = {"name": "receipt key handed over", "kind": "receipt_key"} | keys | {"signature": text(host.sign(said))}
    back = {"name": "receipt key taken over", "kind": "former_receipt_key"} | keys
    back["countersignature"] = text(other.sign(said))
    return [
        base | {"gives": {"seq": 5, "head": text(b"h" * 32), "time": 1_700_000_000}},
        base | {"name": "receipt: another time", "receipt": text(replace(receipt, time=1_700_000_001).encode())} | bad,
        base | {"name": "receipt: another seq", "receipt": text(replace(receipt, seq=6).encode())} | bad,
        base | {"name": "receipt: another head", "receipt": text(replace(receipt, head=bytes(32)).encode())} | bad,
        base | {"name": "receipt: another journal", "journal": text(bytes(32))} | bad,
        base | {"name": "receipt: another server", "receipt_key": text(other.key)} | bad,
        *(
            base
            | {"name": f"receipt: {name}", "receipt": text(host.receipt(b"j" * 32, 5, b"h" * 32, time).encode())}
            | {"error": "MalformedData"}
            for name, time in (
                ("before 2020", sizes.EARLIEST_TIME - 1),
                ("after 2200", sizes.LATEST_TIME + 1),
            )
        ),
        base | {"name": "receipt: cut off", "receipt": text(receipt.encode()[:-1]), "error": "MalformedData"},
        *_beyond(base, receipt.encode()),
        over | {"gives": {}},
        over
        | {"name": "receipt key handed over: backwards", "old_key": over["new_key"], "new_key": over["old_key"]}
        | BAD_SIGNATURE,
        back | {"gives": {}},
        back
        | {"name": "receipt key taken over: the old key's signature", "countersignature": over["signature"]}
        | BAD_SIGNATURE,
    ]


# --- accounts.json ---


def make_accounts() -> Json:
    """The content of `accounts.json`."""
    ada = Person("ada").rotate().rotate()
    return {
        "about": "Account chains with rotations, and keyholder sets.",
        "shared": {"accounts": {"ada": _chain(ada)}},
        "cases": [*_chains(ada), *_descents(ada), *_sets(ada)],
    }


def _chains(ada: Person) -> list[Json]:
    sam = Person("sam")
    second = ada.signed[1].statement

    def rotated(name: str, statement: bytes, outcome: Json, *signers: GenerationSecret) -> Json:
        signatures = [text(signer.sign(statement)) for signer in signers or ada.secrets[:2]]
        link = {"statement": text(statement), "signatures": signatures}
        return {"name": f"chain: {name}", "kind": "chain", "chain": [_chain(ada)[0], link]} | outcome

    old, new = ada.secrets[:2]
    missing = [
        rotated(f"a rotation without {field}", edited(second, field), {"error": "MalformedData"})
        for field in ("account", "generation", "prev", "sign_key", "box_key", "kem_key", "keyholders", "at")
    ]
    genesis = edited(ada.signed[0].statement, suite=2)
    forged = ada.signed[0].statement
    gives = {"account": text(ada.account), "chain_head": text(ada.newest.statement_hash)}
    return [
        {"name": "chain: two rotations", "kind": "chain", "chain": _chain(ada), "gives": gives},
        rotated("another account", edited(second, account=encode_b64(bytes(32))), _fault("accounts.rotation_account")),
        rotated("a generation left out", edited(second, generation=3), _fault("accounts.rotation_generation")),
        rotated("another predecessor", edited(second, prev=encode_b64(bytes(32))), _fault("accounts.rotation_prev")),
        rotated("a field too many", edited(second, more=1), {"error": "MalformedData"}),
        rotated("without the old key", second, BAD_SIGNATURE, sam.secret, new),
        rotated("without the new key", second, BAD_SIGNATURE, old, sam.secret),
        rotated("signatures exchanged", second, BAD_SIGNATURE, new, old),
        rotated("one signature", second, _fault("accounts.signature_count"), old),
        *missing,
        {"name": "chain: suite 2", "kind": "chain", "error": "MalformedData"}
        | {"chain": [{"statement": text(genesis), "signatures": [text(old.sign(genesis))]}]},
        {"name": "chain: a forged genesis", "kind": "chain"}
        | {"chain": [{"statement": text(forged), "signatures": [text(sam.secret.sign(forged))]}]}
        | BAD_SIGNATURE,
    ]


def _descents(ada: Person) -> list[Json]:
    other = Person("ada")
    secret = GenerationSecret(b"f" * 32, 2)
    fork = other.draft_rotation(secret, bytes(32))
    forked = [*_chain(other), _signed(SignedAccountStatement(fork, (other.secret.sign(fork), secret.sign(fork))))]
    whole, two = _chain(ada), _chain(ada)[:2]
    return [
        {"name": "descent", "kind": "descent", "pinned": two, "offered": whole, "gives": {}},
        {"name": "descent: an older chain", "kind": "descent", "pinned": whole, "offered": two}
        | _fault("accounts.chain_rollback", "Rollback"),
        {"name": "descent: a fork", "kind": "descent", "pinned": two, "offered": forked}
        | _fault("accounts.fork", "AccountFork"),
    ]


def _sets(ada: Person) -> list[Json]:
    sets = [_signed(item) for item in ada.sets]
    base = {"name": "sets", "kind": "sets", "chain": "ada", "sets": sets, "salt": text(ada.secret.salt)}

    def spoilt(name: str, at: int, outcome: Json, **changes: object) -> Json:
        changed = replace(parse_set(ada.sets[at].statement), **changes)  # type: ignore[arg-type]
        return base | {"name": f"sets: {name}", "sets": [*sets[:at], _signed(ada.sign_set(changed))]} | outcome

    keyholders = ada.newest_set.keyholders
    ghost = replace(keyholders[0], sign_key=bytes(32))
    forged = replace(ada.sets[1], signatures=(ada.secret.sign(ada.sets[1].statement),))
    gives = {"version": 4, "keyholders": [text(item.id) for item in keyholders]}
    return [
        base | {"gives": gives},
        spoilt("a version left out", 1, _fault("accounts.set_version"), version=3),
        spoilt("another predecessor", 1, _fault("accounts.set_prev"), prev=bytes(32)),
        spoilt("an earlier generation", 3, _fault("accounts.set_generation"), generation=1, account_head=None),
        spoilt("a rotation without account_head", 2, _fault("accounts.set_account_head"), account_head=None),
        spoilt(
            "account_head out of place", 1, _fault("accounts.set_account_head"), account_head=AccountHead(1, bytes(32))
        ),
        spoilt("another account journal", 2, _fault("accounts.set_account_journal"), account_journal=bytes(32)),
        spoilt("a rotator who is none", 1, _fault("accounts.set_rotator"), rotator=bytes(32)),
        spoilt("a ghost keyholder", 1, _fault("accounts.keyholder_id"), keyholders=(ghost, *keyholders[1:])),
        spoilt("out of order", 1, {"error": "MalformedData"}, keyholders=keyholders[::-1]),
        base | {"name": "sets: signed by another generation", "sets": [sets[0], _signed(forged)]} | BAD_SIGNATURE,
        base | {"name": "sets: none of the newest generation", "sets": sets[:3]} | _fault("accounts.set_newest"),
        base | {"name": "sets: another salt", "salt": text(bytes(32))} | _fault("accounts.set_commitment"),
        base | {"name": "sets: none", "sets": []} | _fault("accounts.no_set"),
    ]


# --- pairing.json ---


def make_pairing(grants: GrantMaker) -> Json:
    """The content of `pairing.json`."""
    ada, sam, robin = Person("ada"), Person("sam"), Person("robin")
    journal = Journal(ada, grants=grants)
    secret, nonce = InvitationSecret(b"invitation secre"), b"N" * 32
    invitation = Invitation(
        chain=tuple(ada.signed),
        genesis=journal.genesis,
        role="partner",
        rights="write",
        origin="https://journal.example",
        receipt_key=journal.host.key,
        reveal=reveal_commitment(nonce, ada.newest.statement_hash, journal.journal),
    )
    plaintext = invitation.encode()
    statement = Acceptance(journal.journal, sha256(plaintext), sam.member(), b"P" * 32).encode()
    answer = PairingAnswer(SignedAcceptance(statement, sam.secret.sign(statement)), tuple(sam.signed))
    other = Acceptance(journal.journal, bytes(32), sam.member(), b"P" * 32).encode()
    forged = replace(answer, acceptance=SignedAcceptance(statement, robin.secret.sign(statement)))
    elsewhere = replace(answer, acceptance=SignedAcceptance(other, sam.secret.sign(other)))

    def sealed(purpose: str, data: bytes) -> str:
        return text(secret.seal(purpose, data, nonce=sha256(purpose.encode(), data)[:24]))  # type: ignore[arg-type]

    base = {
        "name": "pairing",
        "kind": "invitation",
        "link": Link("https://journal.example", secret.secret).url,
        "invitation": sealed("invitation", plaintext),
        "answer": sealed("acceptance", answer.encode()),
        "reveal": sealed("reveal", nonce),
    }
    founder = {"error": "VerificationError", "check": "seal.invitation_founder"}
    words = list(pairing_words(plaintext, answer.acceptance, nonce))
    gives = {"id": text(secret.id), "founder": text(ada.account), "newcomer": text(sam.account), "words": words}
    swapped = replace(invitation, chain=tuple(robin.signed)).encode()
    return {
        "about": "The three sealed messages of a pairing, and the words that two people compare.",
        "shared": {},
        "cases": [
            base | {"gives": gives},
            base | {"name": "pairing: a swapped founder", "invitation": sealed("invitation", swapped)} | founder,
            base | {"name": "pairing: an invitation in another place", "invitation": base["answer"]} | OPEN_ERROR,
            base | {"name": "pairing: cut off", "invitation": base["invitation"][:-4]} | OPEN_ERROR,
            base
            | {"name": "pairing: not canonical", "invitation": sealed("invitation", plaintext + b" ")}
            | {"error": "MalformedData"},
            base
            | {"name": "pairing: another invitation accepted", "answer": sealed("acceptance", elsewhere.encode())}
            | {"error": "VerificationError", "check": "seal.answer_invitation"},
            base
            | {"name": "pairing: signed by somebody else", "answer": sealed("acceptance", forged.encode())}
            | BAD_SIGNATURE,
            base
            | {"name": "pairing: another nonce revealed", "reveal": sealed("reveal", bytes(32))}
            | {"error": "VerificationError", "check": "seal.reveal"},
            *_acceptances(statement, journal.journal, sam.account),
        ],
    }


def _acceptances(statement: bytes, journal: bytes, account: bytes) -> list[Json]:
    base = {"name": "acceptance", "kind": "acceptance", "acceptance": text(statement)}
    more = {"name": "acceptance: a field too many", "acceptance": text(edited(statement, more=1))}
    return [
        base | {"gives": {"journal": text(journal), "account": text(account), "role": "partner"}},
        base | more | {"error": "MalformedData"},
    ]
