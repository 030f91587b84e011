"""Opening what is sealed in the transcript, so that a difference is named in the plaintext. Its keys are public.

An entry opens with an epoch key that was drawn, and a message of a pairing with an invitation's secret. It opens
whatever a client seals with them, also what no reader would take.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, get_args

from duolog.errors import DuologError
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, parse_b64, parse_message_json
from duolog.seal import aead
from duolog.seal.keys import EpochKey
from duolog.seal.pairing import InvitationSecret, Purpose
from vectors.transcript.lines import Json

_COMMITTED = sizes.AEAD_NONCE + sizes.COMMITMENT
_LENGTH = 4  # bytes of a message's length
CLOSED = "sealed with no key of the transcript"


class Opener:
    """Every key of these draws."""

    def __init__(self, draws: Iterable[Json] = ()) -> None:
        drawn = [(line["random"], line.get("of", ""), parse_b64(line["bytes"])) for line in draws if "random" in line]
        self._epochs = [EpochKey(data, int(of)) for name, of, data in drawn if name == "epoch_key"]
        self._secrets = [InvitationSecret(data) for name, _, data in drawn if name == "invitation_secret"]

    def shown(self, value: Any) -> Any:
        """A body in which the plaintext stands before each sealed value."""
        if isinstance(value, list):
            return [self.shown(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        found = {key: self.shown(item) for key, item in value.items()}
        with suppress(DuologError):
            if isinstance(found.get("header"), str) and isinstance(found.get("blob"), str):
                opened = self._entry(parse_b64(found["header"]), parse_b64(found["blob"]))
                return {"header": found["header"], **opened, **found}
            if isinstance(found.get("sealed"), str):
                return {**self._message(parse_b64(found["sealed"])), **found}
        return found

    def _entry(self, header: bytes, blob: bytes) -> Json:
        for epoch in self._epochs:
            key, commitment = epoch.entry_keys(header)
            if blob[sizes.AEAD_NONCE : _COMMITTED] == commitment:
                nonce = blob[: sizes.AEAD_NONCE]
                plaintext = aead.decrypt(key, nonce, blob[_COMMITTED:], header + commitment)
                end = _LENGTH + int.from_bytes(plaintext[:_LENGTH], "big")
                message, rest = plaintext[_LENGTH:end], plaintext[end:]
                return {
                    "message": parse_message_json(message),
                    "message bytes": encode_b64(message),
                    "tags and padding": encode_b64(rest),
                    "nonce": encode_b64(nonce),
                }
        return {"message": CLOSED}

    def _message(self, sealed: bytes) -> Json:
        for plaintext in self._opened(sealed):
            return {"plaintext": encode_b64(plaintext), "nonce": encode_b64(sealed[: sizes.AEAD_NONCE])}
        return {}

    def _opened(self, sealed: bytes) -> Iterator[bytes]:
        for secret in self._secrets:
            for purpose in get_args(Purpose):
                with suppress(DuologError):
                    yield secret.open(purpose, sealed)
