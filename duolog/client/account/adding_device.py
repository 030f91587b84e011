"""Adding a device, on the old device: two steps, and a person who compares words between them.

Rules
- The code decides which keys are added: those at the rendezvous must be the keys of the code.
- Nothing is added before the person has seen the same eight words of the account on both devices.
- Each step is durable before it is sent. Repeated after a crash, it sends the same bytes.
"""

from dataclasses import replace

from duolog.client.account.keyholder_list import add
from duolog.client.home.begun import ADDING, Adding
from duolog.client.home.records import SETS
from duolog.client.log.context import Context
from duolog.client.log.stored_logs import load_log
from duolog.client.server.transport import Transport
from duolog.errors import NotAllowed, PinMismatch
from duolog.protocol.keyholder_sets import AccountHead
from duolog.seal.devices import DeviceAccount, DeviceAdded, DeviceCode, DeviceKeys, parse_code, parse_device_keys
from duolog.seal.words import Words, eight_words


async def begin(context: Context, text: str) -> Words:
    """Show the account to the new device with this code; the eight words to compare on both devices.

    Raises:
        MalformedData: the code is invalid; the sentence says how.
        NotAllowed: a home that isn't confirmed, or nothing waits under this code.
        VerificationError: other keys wait than those of the code.
    Spec: §4.11.
    """
    context.require_confirmed()
    code = parse_code(text)
    waiting = await context.network.call(Transport.fetch_message, code.rendezvous, "new", 1)
    if waiting.sealed is None:
        raise NotAllowed(
            "Nothing waits under this code. Codes are good for ten minutes: begin again on the new device if it is "
            "older, and check that it names the same server."
        )
    keyholder = code.require_keys(parse_device_keys(code.open("new", 1, waiting.sealed)))
    adding = ADDING.load(context.home)
    if adding is None or adding.code != code.code:
        log = load_log(context.store, context.identity.account_journal)
        account = DeviceAccount(
            account=context.account,
            chain=tuple(context.chains.statements(context.account)),
            sets=tuple(SETS.load(context.store) or ()),
            salt=context.identity.secret.salt,
            account_head=AccountHead(log.seq, log.head),
            origin=context.network.transport.origin,
            receipt_key=context.receipt_key(),
        )
        adding = Adding(code.code, keyholder.sign_key, keyholder.kem_key, code.seal("old", 1, account.encode()))
        ADDING.save(context.home, adding)
    await context.network.call(Transport.leave_message, code.rendezvous, "old", 1, adding.shown)
    return eight_words(context.account)


async def confirm(context: Context, words: Words) -> bytes:
    """Add the device that shows these words; its keyholder id, 32 bytes.

    Raises:
        NotAllowed: no device was shown the account here.
        PinMismatch: the words differ: another device answered in this one's place. Nothing was added.
        TransportError, ServerRefused: not now; confirming again goes on.
    Spec: §4.11.
    """
    adding = ADDING.load(context.home)
    if adding is None:
        raise NotAllowed("No new device waits to be let in. Begin with the code that it shows.")
    if tuple(words) != eight_words(context.account):  # check: client.device_words
        raise PinMismatch(
            "The words differ: somebody else may have seen the code and answered. Nothing was added. Close the new "
            "device's home, and begin again with a new code where nobody looks on.",
            check="client.device_words",
        )
    code = DeviceCode(adding.code)
    keyholder = code.require_keys(DeviceKeys(adding.sign_key, adding.kem_key))
    version = await add(context, keyholder)
    sealed = adding.added
    if sealed is None:
        sealed = code.seal("old", 2, DeviceAdded(version).encode())
        ADDING.save(context.home, replace(adding, added=sealed))
    await context.network.call(Transport.leave_message, code.rendezvous, "old", 2, sealed)
    ADDING.clear(context.home)
    return keyholder.id
