"""How each identifier is made. An id is raw bytes here and unpadded base64url in JSON. Spec: §4, §7."""

from duolog.protocol.codec import label, sha256
from duolog.protocol.statements import statement_hash


def account_id(genesis: bytes) -> bytes:
    """32 bytes: the hash of the account's genesis statement. Spec: §4."""
    return statement_hash(genesis)


def journal_id(genesis: bytes) -> bytes:
    """32 bytes: the hash of the journal's roster genesis. Spec: §5."""
    return statement_hash(genesis)


def keyholder_id(sign_key: bytes) -> bytes:
    """32 bytes: a hash of the keyholder's signing key, so that 24 words alone find their account. Spec: §4."""
    return sha256(label("keyholder"), sign_key)
