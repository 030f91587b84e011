"""How sealed messages carry account statements: `{statement, signatures}` each, oldest first. Spec: §7."""

from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.codec import JsonObject, encode_b64
from duolog.protocol.statements import Fields


def encode_link(signed: SignedAccountStatement) -> JsonObject:
    """One statement of a chain, or one keyholder set. Spec: §7."""
    return {
        "statement": encode_b64(signed.statement),
        "signatures": [encode_b64(signature) for signature in signed.signatures],
    }


def read_link(fields: Fields) -> SignedAccountStatement:
    """What `encode_link` made; nothing is verified. Raises: MalformedData. Spec: §7."""
    statement = fields.blob("statement", sizes.MAX_STATEMENT)
    return SignedAccountStatement(statement, fields.datas("signatures", sizes.SIGNATURE, 1, 2))
