"""The search for canaries finds each form in which a word could be kept: one that finds nothing proves nothing."""

import base64
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable

import pytest

from duolog.documents.registry import ACCOUNT_KINDS, KINDS
from tests.canaries.every_field import filled
from tests.canaries.places import hits

WORD = "kanarienvogel0123456789"
AROUND = b"\x78\x9c nothing here \xff\x00"


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a", data)
    return out.getvalue()


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "upper case": bytes.upper,
    "UTF-16": lambda data: data.decode().encode("utf-16-le"),
    "hexadecimal": lambda data: data.hex().encode(),
    **{f"base64, {n} before": lambda data, n=n: base64.b64encode(b"x" * n + data + b"y") for n in range(3)},  # type: ignore[misc]
    "base64url": lambda data: base64.urlsafe_b64encode(b"\xff" + data),
    "zlib": zlib.compress,
    "gzip": gzip.compress,
    "zip": zipped,
    "base64 in zlib": lambda data: zlib.compress(base64.b64encode(data)),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_found(form: str) -> None:
    kept = AROUND + FORMS[form](b"a text with " + WORD.encode() + b" in it, repeated " * 3) + AROUND
    assert hits([WORD], {"a file": kept}), form


def test_what_is_not_there_is_not_found() -> None:
    assert not hits([WORD], {"a file": AROUND + zlib.compress(b"something else") + AROUND * 100})


def test_every_text_of_every_kind_is_filled() -> None:
    """Fails for a kind, step or text of a form that the fields' filling doesn't know."""
    paths = {
        (kind.name, path)
        for kind in (*KINDS.values(), *ACCOUNT_KINDS.values())
        for body, paths in filled(kind, WORD)
        for path in paths
        if WORD in str(body) or kind.name in ("taken_acceptance", "sent_acceptance", "pending_closing", "sealed_answer")
    }
    assert len(paths) > 40
    assert {
        ("note", "attachments.0.alt"),
        ("note", "imported.id"),
        ("boundary", "wording.if_compromised"),
        ("disclosure", "asks"),
        ("promise", "early_signs"),
        ("breach", "words"),
        ("copy", "document.body.text"),
        ("keyholder_label", "label"),
        ("draft", "document.words.text"),
        ("sealed_answer", "answer"),
    } <= paths
