"""Attacks on receipts, and on the key that signs them."""

from dataclasses import replace

import nacl.bindings

from app.receipts.service import ReceiptSigner
from duolog.api.pages import PulledPush
from duolog.api.server import ReceiptKey, ServerInfo
from duolog.protocol import sizes
from duolog.protocol.codec import sha256
from duolog.protocol.receipts import Receipt, receipt_key_input
from hostile.history import Log, LogAttack, flip
from hostile.liar import SERVER_INFO, Answer, Attack, Call, Liar


class ReceiptAttack(LogAttack):
    """Shows the true log with false receipts."""

    client_must = "Freeze: the receipt isn't one that the server's key gave for this place of this journal."
    consistent = False

    def false(self, journal: bytes, receipt: Receipt) -> Receipt:
        """The false receipt."""
        return receipt

    def edit(self, journal: bytes, log: Log) -> Log:
        return [replace(push, receipt=self.false(journal, push.receipt)) for push in log]


class FlipReceiptSignature(ReceiptAttack):
    """Changes one bit of every receipt's signature."""

    def false(self, journal: bytes, receipt: Receipt) -> Receipt:
        return replace(receipt, signature=flip(receipt.signature))


class MoveReceiptTime(ReceiptAttack):
    """Says another time in every receipt than the one that was signed."""

    def false(self, journal: bytes, receipt: Receipt) -> Receipt:
        return replace(receipt, time=receipt.time + 1)


class MoveReceiptSeq(ReceiptAttack):
    """Says another place in every receipt than the one that was signed."""

    def false(self, journal: bytes, receipt: Receipt) -> Receipt:
        return replace(receipt, seq=receipt.seq + 1)


class ReceiptOfAnotherJournal(ReceiptAttack):
    """Shows receipts that the server's own key signed for another journal, at the same place and for the same head."""

    signer: ReceiptSigner
    signs = True

    def false(self, journal: bytes, receipt: Receipt) -> Receipt:
        return self.signer.sign(sha256(journal), receipt.seq, receipt.head, receipt.time)

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Sign as the server does."""
        self.signer = server.receipts
        return await super().answer(call, server)


class ForgetReceiptKey(Attack):
    """Names another receipt key alone, as if there had never been one before."""

    client_must = "Keep the pinned key, and say that the server shows another one."

    def __init__(self) -> None:
        self.key = ReceiptSigner([bytes(32)]).keys[0].key

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie in the well-known document."""
        answer = await server.ask(call)
        if call.journal("GET", SERVER_INFO) is None or answer.status != 200:
            return answer
        info = ServerInfo.model_validate_json(answer.body)
        return answer.with_model(info.model_copy(update={"receipt_keys": self.named(server, info)}))

    def named(self, server: Liar, info: ServerInfo) -> list[ReceiptKey]:
        """The keys that are named, oldest first."""
        return [ReceiptKey(key=self.key)]


class SignWithReplacedKey(ForgetReceiptKey, ReceiptAttack):
    """Replaces its receipt key, as a server may, and still signs every other receipt with the old key."""

    client_must = "Follow to the new key, and freeze: what comes behind its first receipt isn't under the old one."
    signs = True

    def __init__(self) -> None:
        self.signer = ReceiptSigner([bytes(32)])
        super().__init__()

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie in the well-known document, and in pulls."""
        if call.journal("GET", SERVER_INFO) is not None:
            return await ForgetReceiptKey.answer(self, call, server)
        return await ReceiptAttack.answer(self, call, server)

    def named(self, server: Liar, info: ServerInfo) -> list[ReceiptKey]:
        said = receipt_key_input(info.receipt_keys[-1].key, self.key)
        signed = (nacl.bindings.crypto_sign(said, signer._newest) for signer in (server.receipts, self.signer))
        signature, countersignature = (item[: sizes.SIGNATURE] for item in signed)
        new = ReceiptKey(key=self.key, signature=signature, countersignature=countersignature)
        return [*info.receipt_keys, new]

    def edit(self, journal: bytes, log: Log) -> Log:
        return [self._signed(journal, push) if number % 2 else push for number, push in enumerate(log)]

    def _signed(self, journal: bytes, push: PulledPush) -> PulledPush:
        true = push.receipt
        return replace(push, receipt=self.signer.sign(journal, true.seq, true.head, true.time))
