"""Run one vector: a case of a known kind, from its JSON alone.
 A case has `name`, `kind`, inputs, and either `gives` (what must come out) or `error` (the class of the refusal) and,
where a rule has a name, `check`. `shared` is what the cases of a file have in common: account chains and logs. Binary
values are unpadded base64url, except in `primitives.json`, which quotes RFCs in hex.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nacl.bindings

from duolog import errors
from duolog.documents.applied import effective_time
from duolog.protocol import accounts, codec, entries, keyholder_sets, log, login, messages, receipts, roster_statements
from duolog.protocol.codec import parse_b64
from duolog.protocol.roster import check_grants
from duolog.protocol.statements import Signature, SignedStatement, verify_signature
from duolog.seal import aead, devices, hpke, links, packages, pairing, words
from duolog.seal.derive import expand, hkdf
from duolog.seal.entries import open_entry, readers_of
from duolog.seal.grants import unwrap_grant
from duolog.seal.keys import EpochKey, GenerationSecret, KeyholderSecret
from vectors import check_attachments, check_blind_pairs, check_documents, check_reducers
from vectors.values import Json, text

FOLDER = Path(__file__).parent
FILES = (
    "primitives.json",
    "codec.json",
    "keys.json",
    "accounts.json",
    "devices.json",
    "journals.json",
    "entries.json",
    "attachments.json",
    "pairing.json",
    "documents.json",
    "reducers.json",
    "blind_pairs.json",
)


class Mismatch(AssertionError):
    """A vector did not do what it says."""


def load(name: str) -> Json:
    """One file of vectors."""
    value: Json = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return value


def run(case: Json, shared: Json) -> None:
    """Run one case. Raises: Mismatch when it gives something else, or is refused otherwise, than it says."""
    try:
        given = KINDS[case["kind"]](case, shared)
    except errors.DuologError as error:
        refusal = (type(error).__name__, getattr(error, "check", ""))
        if "error" not in case or refusal != (case["error"], case.get("check", "")):
            raise Mismatch(f"{case['name']}: refused by {refusal}: {error}") from error
        return
    if "error" in case:
        raise Mismatch(f"{case['name']}: should be refused with {case['error']}")
    if given != case["gives"]:
        raise Mismatch(f"{case['name']}: gives {given}")


def account_statements(value: list[Json]) -> list[accounts.SignedAccountStatement]:
    """A chain or the keyholder sets of an account."""
    return [
        accounts.SignedAccountStatement(parse_b64(item["statement"]), tuple(map(parse_b64, item["signatures"])))
        for item in value
    ]


def _chain(case: Json, name: str, shared: Json) -> accounts.AccountChain:
    value = case[name]
    return accounts.verify_chain(account_statements(shared["accounts"][value] if isinstance(value, str) else value))


def _chains(shared: Json) -> dict[bytes, accounts.AccountChain]:
    chains = (accounts.verify_chain(account_statements(value)) for value in shared["accounts"].values())
    return {chain.account: chain for chain in chains}


def log_item(value: Json) -> log.Item:
    """An item of a log."""
    if "statement" in value:
        signatures = tuple(
            Signature(parse_b64(item["account"]), parse_b64(item["signature"])) for item in value["signatures"]
        )
        return log.StatementItem(SignedStatement(parse_b64(value["statement"]), signatures))
    return log.entry_item(parse_b64(value["header"]), parse_b64(value["blob"]))


def _log(value: Json, shared: Json) -> log.LogState:
    """The state after a log, with a receipt wherever one stands; `after` names a shared log to go on from."""
    before = shared["logs"][value["after"]] if "after" in value else value
    state = log.empty_log(parse_b64(before["journal"]))
    chains = _chains(shared)
    pushed = [*before["items"], *value["items"]] if "after" in value else value["items"]
    for number, item in enumerate(pushed, 1):
        state = log.append_item(state, item.get("seq", number), log_item(item), chains)
        if "receipt" in item:
            receipt = receipts.parse_receipt(parse_b64(item["receipt"]))
            key = item.get("receipt_key", shared["receipt_key"])
            state = log.accept_receipt(state, receipt, parse_b64(key))
        if "grants" in item and state.roster is not None:
            check_grants(state.roster, {parse_b64(key): parse_b64(grant) for key, grant in item["grants"].items()})
    return state


def _run_log(case: Json, shared: Json) -> Json:
    state = _log(case, shared)
    roster = state.roster
    found: Json = {"seq": state.seq, "head": text(state.head), "time": state.time, "closed": state.closed}
    if roster is not None:
        members = [[text(item.account), item.generation, item.role, item.rights, item.until] for item in roster.members]
        found |= {"epoch": roster.epoch, "stale": roster.stale, "provisional": roster.provisional, "members": members}
    return found


def _run_chain(case: Json, shared: Json) -> Json:
    chain = _chain(case, "chain", shared)
    return {"account": text(chain.account), "chain_head": text(chain.newest.statement_hash)}


def _run_sets(case: Json, shared: Json) -> Json:
    chain = _chain(case, "chain", shared)
    newest = keyholder_sets.require_own_set(chain, account_statements(case["sets"]), parse_b64(case["salt"]))
    return {"version": newest.version, "keyholders": [text(item.id) for item in newest.keyholders]}


def _run_descent(case: Json, shared: Json) -> Json:
    accounts.require_descent(_chain(case, "pinned", shared), _chain(case, "offered", shared))
    return {}


def _run_acceptance(case: Json, shared: Json) -> Json:
    acceptance = roster_statements.parse_acceptance(parse_b64(case["acceptance"]))
    return {
        "journal": text(acceptance.journal),
        "account": text(acceptance.member.account),
        "role": acceptance.member.role,
    }


def _secret(case: Json) -> GenerationSecret:
    return GenerationSecret(parse_b64(case["seed"]), case["generation"])


def _run_generation(case: Json, shared: Json) -> Json:
    secret = _secret(case)
    return {
        "sign_key": text(secret.sign_key),
        "box_key": text(secret.box_key),
        "kem_key": text(secret.kem_key),
        "salt": text(secret.salt),
        "signature": text(secret.sign(parse_b64(case["statement"]))),
        "agreed": text(secret.agree(parse_b64(case["other_box_key"]))),
    }


def _run_keyholder(case: Json, shared: Json) -> Json:
    keyholder = KeyholderSecret(parse_b64(case["seed"]), case["keyholder_kind"])
    public = keyholder.public
    found = {"id": text(public.id), "sign_key": text(public.sign_key), "kem_key": text(public.kem_key)}
    if keyholder.kind != "device":
        found["anchor"] = text(keyholder.anchor(parse_b64(case["account"])))
    return found


def _run_epoch(case: Json, shared: Json) -> Json:
    key = EpochKey(parse_b64(case["epoch_key"]), case["epoch"])
    entry_key, commitment = key.entry_keys(parse_b64(case["header"]))
    return {
        "epoch_commitment": text(key.commitment(parse_b64(case["nonce"]))),
        "entry_key": text(entry_key),
        "commitment": text(commitment),
    }


def _run_login(case: Json, shared: Json) -> Json:
    origin = login.parse_origin(case["origin"])
    challenge, signature = parse_b64(case["challenge"]), parse_b64(case["signature"])
    login.verify_login(parse_b64(case["sign_key"]), origin, challenge, signature)
    return {}


def _run_package(case: Json, shared: Json) -> Json:
    keyholder = KeyholderSecret(parse_b64(case["keyholder_seed"]), case["keyholder_kind"])
    chain = _chain(case, "chain", shared)
    generation = chain.generation(case["generation"])
    secret = packages.unwrap_package(parse_b64(case["package"]), chain.account, generation, keyholder)
    return {"seed": text(secret.seed)}


def _run_earlier_seed(case: Json, shared: Json) -> Json:
    chain = _chain(case, "chain", shared)
    of, to = chain.generation(case["of"]), chain.generation(case["to"])
    newer = GenerationSecret(parse_b64(case["newer_seed"]), case["to"])
    found = packages.unwrap_earlier_seed(parse_b64(case["sealed"]), chain.account, of, to, newer)
    return {"seed": text(found.seed)}


def _run_grant(case: Json, shared: Json) -> Json:
    roster = _log({"after": case["after"], "items": []}, shared).roster
    assert roster is not None
    key = unwrap_grant(parse_b64(case["grant"]), roster, parse_b64(case["account"]), _secret(case))
    return {"epoch_key": text(key.key)}


def _run_entry(case: Json, shared: Json) -> Json:
    roster = _log({"after": case["after"], "items": []}, shared).roster
    assert roster is not None
    header = entries.parse_header(parse_b64(case["header"]))
    blob = parse_b64(case["blob"])
    entries.require_blob_size(blob)
    entries.check_entry(header, roster)
    key = EpochKey(parse_b64(case["epoch_key"]), header.epoch)
    readers = readers_of(roster, _chains(shared))
    message = open_entry(header, blob, key, parse_b64(case["account"]), _secret(case), readers)
    return {"message": text(message), "document": messages.parse_message(message).document.encode_json()}


def _run_invitation(case: Json, shared: Json) -> Json:
    link = links.parse_link(case["link"])
    secret = pairing.InvitationSecret(link.secret)
    plaintext = secret.open("invitation", parse_b64(case["invitation"]))
    invitation = pairing.parse_invitation(plaintext)
    chain, _ = pairing.verify_invitation(invitation)
    answer = pairing.parse_answer(secret.open("acceptance", parse_b64(case["answer"])))
    _, newcomer = pairing.verify_answer(plaintext, answer)
    nonce = pairing.parse_nonce(secret.open("reveal", parse_b64(case["reveal"])))
    pairing.require_reveal(invitation, nonce)
    return {
        "id": text(secret.id),
        "founder": text(chain.account),
        "newcomer": text(newcomer.account),
        "words": list(pairing.pairing_words(plaintext, answer.acceptance, nonce)),
    }


def _run_receipt(case: Json, shared: Json) -> Json:
    receipt = receipts.parse_receipt(parse_b64(case["receipt"]))
    receipts.verify_receipt(receipt, parse_b64(case["journal"]), parse_b64(case["receipt_key"]))
    return {"seq": receipt.seq, "head": text(receipt.head), "time": receipt.time}


def _run_receipt_key(case: Json, shared: Json) -> Json:
    receipts.verify_receipt_key(*(parse_b64(case[name]) for name in ("old_key", "new_key", "signature")))
    return {}


def _run_former_receipt_key(case: Json, shared: Json) -> Json:
    receipts.verify_former_key(*(parse_b64(case[name]) for name in ("old_key", "new_key", "countersignature")))
    return {}


def _run_device_code(case: Json, shared: Json) -> Json:
    code = devices.parse_code(case["text"])
    return {"code": text(code.code), "rendezvous": text(code.rendezvous), "uri": code.uri}


def _run_rendezvous(case: Json, shared: Json) -> Json:
    code = devices.parse_code(case["text"])
    keyholder = code.require_keys(devices.parse_device_keys(code.open("new", 1, parse_b64(case["keys"]))))
    shown = devices.parse_device_account(code.open("old", 1, parse_b64(case["account"])))
    chain, newest = devices.verify_device_account(shown, case["origin"])
    added = devices.parse_device_added(code.open("old", 2, parse_b64(case["added"])))
    return {
        "keyholder": text(keyholder.id),
        "account": text(chain.account),
        "set": newest.version,
        "added": added.version,
    }


def _run_passkey(case: Json, shared: Json) -> Json:
    passkey = KeyholderSecret(parse_b64(case["prf_output"]), "passkey")
    return {
        "prf_input": text(devices.PASSKEY_PRF_INPUT),
        "id": text(passkey.id),
        "kem_key_sha256": text(codec.sha256(passkey.public.kem_key)),
        "anchor": text(passkey.anchor(parse_b64(case["account"]))),
    }


def _run_hkdf(case: Json, shared: Json) -> Json:
    secret, salt, info = (bytes.fromhex(case[name]) for name in ("ikm", "salt", "info"))
    pseudorandom = codec.hmac_sha256(salt or bytes(32), secret)
    output = expand(pseudorandom, info, case["length"])
    if output != hkdf(secret, info, case["length"], salt):
        raise Mismatch("extract and expand differ from both in one")
    return {"prk": pseudorandom.hex(), "okm": output.hex()}


def _run_ed25519(case: Json, shared: Json) -> Json:
    public, private = nacl.bindings.crypto_sign_seed_keypair(bytes.fromhex(case["seed"]))
    message = bytes.fromhex(case["message"])
    signature = nacl.bindings.crypto_sign(message, private)[:64]
    verify_signature(public, message, signature)
    return {"public_key": public.hex(), "signature": signature.hex()}


def _run_ed25519_verify(case: Json, shared: Json) -> bool:
    key, message, signature = (bytes.fromhex(case[name]) for name in ("public_key", "message", "signature"))
    verify_signature(key, message, signature)
    return True


def _run_x25519(case: Json, shared: Json) -> Json:
    secret, other = bytes.fromhex(case["secret"]), bytes.fromhex(case["other_public_key"])
    public = nacl.bindings.crypto_scalarmult_base(secret)
    return {"public_key": public.hex(), "agreed": nacl.bindings.crypto_scalarmult(secret, other).hex()}


def _run_xchacha(case: Json, shared: Json) -> Json:
    key, nonce, plaintext, associated = (
        bytes.fromhex(case[name]) for name in ("key", "nonce", "plaintext", "associated")
    )
    sealed = aead.encrypt(key, nonce, plaintext, associated)
    if aead.decrypt(key, nonce, sealed, associated) != plaintext:
        raise Mismatch("does not open again")
    return {"sealed": sealed.hex()}


def _run_hpke(case: Json, shared: Json) -> Json:
    secret = hpke.KemSecret(bytes.fromhex(case["seed"]))
    opened = secret.open(bytes.fromhex(case["sealed"]), bytes.fromhex(case["info"]))
    return {"public_key_sha256": hashlib.sha256(secret.kem_key).hexdigest(), "plaintext": opened.hex()}


def _run_xwing_key(case: Json, shared: Json) -> Json:
    return {"public_key": hpke.KemSecret(bytes.fromhex(case["seed"])).kem_key.hex()}


def _run_hmac(case: Json, shared: Json) -> Json:
    return {"mac": codec.hmac_sha256(bytes.fromhex(case["key"]), bytes.fromhex(case["data"])).hex()}


KINDS: dict[str, Callable[[Json, Json], Any]] = {
    "canonical": lambda case, _: codec.parse_canonical(parse_b64(case["data"])),
    "base64url": lambda case, _: parse_b64(case["text"], case.get("size")).hex(),
    "message_json": lambda case, _: codec.parse_message_json(parse_b64(case["data"])),
    "message": lambda case, _: messages.parse_message(parse_b64(case["data"])).document.encode_json(),
    "header": lambda case, _: {"epoch": entries.parse_header(parse_b64(case["header"])).epoch},
    "padded_length": lambda case, _: entries.padded_length(case["length"]),
    "words": lambda case, _: text(words.parse_words(case["words"])),
    "eight_words": lambda case, _: list(words.eight_words(parse_b64(case["hash"]))),
    "link": lambda case, _: {
        "origin": links.parse_link(case["link"]).origin,
        "uri": links.parse_link(case["link"]).uri,
    },
    "close_timing": lambda case, _: text(roster_statements.close_timing(parse_b64(case["salt"]), case["not_before"])),
    "effective_time": lambda case, _: effective_time(case["at"], case["received"]),
    "body": lambda case, _: check_documents.read_body(case),
    "documents": lambda case, _: check_documents.boundaries(case),
    "disclosures": lambda case, _: check_documents.disclosures(case),
    "things": lambda case, _: check_documents.things(case),
    "journal_state": lambda case, _: check_reducers.journal_state(case),
    "account_state": lambda case, _: check_reducers.account_journal(case),
    "bodies": lambda case, _: check_reducers.bodies(case),
    "blind_pair": lambda case, _: check_blind_pairs.seal(case),
    "blind_pair_open": lambda case, _: check_blind_pairs.open_sealed(case),
    "blind_pair_key": lambda case, _: check_blind_pairs.fits(case),
    "chain": _run_chain,
    "sets": _run_sets,
    "descent": _run_descent,
    "log": _run_log,
    "acceptance": _run_acceptance,
    "generation": _run_generation,
    "keyholder": _run_keyholder,
    "epoch": _run_epoch,
    "login": _run_login,
    "package": _run_package,
    "earlier_seed": _run_earlier_seed,
    "grant": _run_grant,
    "entry": _run_entry,
    "attachment": check_attachments.open_stored,
    "invitation": _run_invitation,
    "device_code": _run_device_code,
    "rendezvous": _run_rendezvous,
    "passkey": _run_passkey,
    "receipt": _run_receipt,
    "receipt_key": _run_receipt_key,
    "former_receipt_key": _run_former_receipt_key,
    "hkdf": _run_hkdf,
    "hmac": _run_hmac,
    "ed25519": _run_ed25519,
    "ed25519_verify": _run_ed25519_verify,
    "x25519": _run_x25519,
    "xchacha20poly1305": _run_xchacha,
    "hpke": _run_hpke,
    "xwing_key": _run_xwing_key,
}
