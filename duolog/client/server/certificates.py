"""Faults of a server's certificate, in words: what is wrong with it, and what the person or the operator does next."""

import os
import ssl

from duolog.errors import CertificateFault

# OpenSSL's numbers, X509_V_ERR_*. The trust stores of macOS and Windows have others; their faults get general words.
_EARLY, _EXPIRED = {9}, {10}
_ISSUER = {2, 18, 19, 20, 21, 24}  # nobody vouches for it, or nobody whom this computer knows
_NAME = {62, 64}  # the host's name, its address

_FIRST = "The certificate of the server at {origin} isn't trusted here, so nothing was sent."
_SAYS = {
    "early": (
        "It isn't valid before a later date. Check the date of this computer; if that is right, tell whoever runs the "
        "server."
    ),
    "expired": (
        "It has expired. Check the date of this computer; if that is right, whoever runs the server must renew it."
    ),
    "issuer": (
        "No authority that this computer knows vouches for it. If the server has an authority of its own, ask whoever "
        "runs it, in person, for the authority's certificate, and name that file in SSL_CERT_FILE. If not, somebody "
        "may stand between you and the server: try another network."
    ),
    "name": (
        "It belongs to another name. Check the address for a slip; if that is right, whoever runs the server must get "
        "a certificate for this name."
    ),
    "other": "Try another network, and tell whoever runs the server.",
}


def certificate_fault(origin: str, error: BaseException) -> CertificateFault | None:
    """The fault of the certificate that this failure of a connection goes back to; None where it goes back to none."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return None
    kind = _kind(getattr(cause, "verify_code", 0))
    return CertificateFault(f"{_FIRST.format(origin=origin)} {_SAYS[kind]}")


def unreadable_authorities() -> CertificateFault:
    """The fault of a file of authorities that can't be read, which the environment names."""
    named = [f"{name} ({value})" for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if (value := os.environ.get(name))]
    return CertificateFault(
        f"The certificates of authorities can't be read. Check {' and '.join(named) or 'those of this computer'}."
    )


def _kind(code: int) -> str:
    kinds = {"early": _EARLY, "expired": _EXPIRED, "issuer": _ISSUER, "name": _NAME}
    return next((kind for kind, codes in kinds.items() if code in codes), "other")
