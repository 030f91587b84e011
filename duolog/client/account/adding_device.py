"""Adding a device, the old device's side: two steps with a person's confirmation in between.

Rules
- The code decides which keys are let in: what was left at the rendezvous must be the keys of the code.
- Nothing is added before the person has seen the same eight words of the account on both devices.
- Each step is durable before it is sent, and the same bytes are left again: either may be repeated after a crash.
"""

from functools import partial

from duolog.client.account.keyholder_changes import Newcomer
from duolog.client.account.keyholder_list import add
from duolog.client.home.identity import parse_statements
from duolog.client.home.words import Words
from duolog.client.log.context import Context
from duolog.client.log.stored_logs import load_log
from duolog.client.server.transport import Transport
from duolog.errors import NotAllowed, PinMismatch
from duolog.protocol.accounts import AccountHead, Keyholder
from duolog.protocol.codec import encode_b64, encode_message_json, parse_b64, parse_message_json
from duolog.seal.devices import (
    DeviceAccount,
    DeviceAdded,
    DeviceCode,
    DeviceKeys,
    parse_code,
    parse_device_keys,
)
from duolog.seal.words import eight_words

NOBODY_THERE = (
    "Nothing waits under this code. Codes are good for ten minutes: begin again on the new device if it is older, and "
    "check that it names the same server."
)


async def begin(context: Context, text: str) -> Words:
    """The new device's code was typed or scanned here; the eight words of the account, to compare on both.

    Raises:
        MalformedData: it is no code; the sentence says what is wrong with it.
        NotAllowed: a home that isn't confirmed, or nothing waits under this code.
        VerificationError: other keys wait than those of the code.
    Spec: §4.11.
    """
    context.require_confirmed()
    code = parse_code(text)
    waiting = await context.network.call(lambda server: server.fetch_message(code.rendezvous, "new", 1))
    if waiting.sealed is None:
        raise NotAllowed(NOBODY_THERE)
    keyholder = code.require_keys(parse_device_keys(code.open("new", 1, waiting.sealed)))
    sealed = _kept(context, code, "shown")
    if sealed is None:
        sealed = code.seal("old", 1, _show(context).encode())
        _keep(context, code, keyholder, shown=sealed)
    await context.network.call(partial(_leave, code, 1, sealed))
    return eight_words(context.account)


async def confirm(context: Context, words: Words) -> bytes:
    """The person says that the new device shows these words: let it in. Its keyholder id, 32 bytes.

    Raises:
        NotAllowed: no device was begun with here.
        PinMismatch: the words differ: somebody answered in this device's place. Nothing was added.
        TransportError, ServerRefused: not now; confirming again goes on.
    Spec: §4.11.
    """
    value = _load(context)
    if value is None:
        raise NotAllowed("No new device waits to be let in. Begin with the code that it shows.")
    if tuple(words) != eight_words(context.account):  # check: client.device_words
        raise PinMismatch(
            "The words differ: somebody else may have seen the code and answered. Nothing was added. Close the new "
            "device's home, and begin again with a new code where nobody looks on.",
            check="client.device_words",
        )
    code = DeviceCode(value["code"])
    keys = DeviceKeys(value["sign_key"], value["kem_key"])
    keyholder = code.require_keys(keys)
    version = await add(context, Newcomer(keyholder))
    sealed = value.get("added")
    if sealed is None:
        sealed = code.seal("old", 2, DeviceAdded(version).encode())
        _keep(context, code, keyholder, shown=value["shown"], added=sealed)
    await context.network.call(partial(_leave, code, 2, sealed))
    context.store.put("adding", None)
    return keyholder.id


def give_up(context: Context) -> None:
    """Forget a device that was begun with: it is not let in."""
    context.store.put("adding", None)


def _show(context: Context) -> DeviceAccount:
    """The account as this device knows it."""
    log = load_log(context.store, context.identity.account_journal)
    return DeviceAccount(
        account=context.account,
        chain=tuple(context.chains.statements(context.account)),
        sets=tuple(parse_statements(context.store.get("sets") or b"")),
        salt=context.identity.secret.salt,
        account_head=AccountHead(log.seq, log.head),
        origin=context.network.transport.origin,
        receipt_key=context.receipt_key(),
    )


async def _leave(code: DeviceCode, number: int, sealed: bytes, transport: Transport) -> None:
    await transport.leave_message(code.rendezvous, "old", number, sealed)


def _keep(context: Context, code: DeviceCode, keyholder: Keyholder, **sealed: bytes) -> None:
    fields = {"code": code.code, "sign_key": keyholder.sign_key, "kem_key": keyholder.kem_key, **sealed}
    plain = encode_message_json({name: encode_b64(data) for name, data in fields.items()})
    context.store.put("adding", context.home.seal("adding", plain))


def _load(context: Context) -> dict[str, bytes] | None:
    sealed = context.store.get("adding")
    if sealed is None:
        return None
    value = parse_message_json(context.home.open("adding", sealed))
    return {name: parse_b64(str(data)) for name, data in value.items()}


def _kept(context: Context, code: DeviceCode, name: str) -> bytes | None:
    """What was left under this very code before."""
    value = _load(context)
    return None if value is None or value["code"] != code.code else value.get(name)
