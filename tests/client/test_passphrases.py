"""Passphrases: one spelling, a floor for new ones, and keystores from before both."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duolog.client.blocking import Duolog
from duolog.client.home import passphrases
from duolog.client.home.keystore import FILE, Unlock, load_keystore, save_keystore
from duolog.client.home.passphrases import MAX_PASSPHRASE, check_passphrase, normalize, spellings
from duolog.errors import KeystoreLocked, NotAllowed
from duolog.seal.keys import KeyholderSecret

SECRET = KeyholderSecret(bytes(range(32)), "device")
NOWHERE = "http://127.0.0.1:9"

# Written before passphrases were prepared or judged, each with SECRET: salt and sealed secret by passphrase.
BEFORE = {
    b"x": (
        "DSK-iOpKseavIfeC_0AdGQ",
        "fch8YAtkZhngUyyVnSYmFO14TFYiZ_-omZvF588pkhswjs3yfPKH7WxgnLIjhwuxTzj-00LmtK0_b4pa9EQzelzfFkeKDNOzGfBDKAa5",
    ),
    "gru\u0308ne\u00a0Wolken".encode(): (
        "5rTHnEX8nv1RCvP5aQugnw",
        "4ZXuZ7BOQ7fuO74B-UwcNyqY4pTebmrc_tEAdlQlznMtRiHZeSylYJ_L4TUtGC_NwMDztmosvbX2fqt2CioB8tzK0UDKPy6uUkivzAeC",
    ),
    b"\xff\xfe raw bytes": (
        "XnIhdbQVw8C-CxJGIXGOrw",
        "W2-2eez-7exzyPXavWbFcF0EtWCwtDa9sbKqDNjrBKC93i0NdIRwdW8orJuMmdJVUtTc5v-zMKhBwN7hPuCiHK0ITzaZ9UoO8-bPYZTz",
    ),
}
FROZEN = '{"memory":67108864,"passes":3,"place":"file","salt":"%s","sealed":"%s","type":"keystore"}'


@pytest.fixture(autouse=True)
def stretched_once() -> None:
    """Not here: these tests are about the keystore itself, and each key is made anew."""


def typed(passphrase: bytes | str) -> Unlock:
    given = passphrase if isinstance(passphrase, bytes) else passphrase.encode()
    return Unlock(passphrase=lambda new: given, keyring=False)


@given(st.text())
def test_every_way_to_type_a_passphrase_gives_the_same_bytes(text: str) -> None:
    prepared = normalize(text.encode())
    assert normalize(prepared) == prepared
    for form in ("NFC", "NFD"):
        assert normalize(unicodedata.normalize(form, text).encode()) == prepared
    for space in "\u00a0\u2003\u3000":
        assert normalize(text.replace(" ", space).encode()) == prepared


@given(st.binary())
def test_any_bytes_are_prepared_and_tried_as_they_were_typed(data: bytes) -> None:
    tried = spellings(data)
    assert (tried[0], tried[-1]) == (normalize(data), data)
    assert len(tried) == len(set(tried)) <= 2


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_ascii_stays_as_it_is(text: str) -> None:
    assert spellings(text.encode()) == (text.encode(),)


def test_a_passphrase_opens_from_another_keyboard(tmp_path: Path) -> None:
    save_keystore(tmp_path, SECRET, typed("gr\u00fcne Wolken \u00fcber dem Teich"))
    other = "gru\u0308ne\u00a0Wolken u\u0308ber\u2003dem Teich"
    assert load_keystore(tmp_path, typed(other)).keyholder.seed == SECRET.seed


@pytest.mark.parametrize("passphrase", BEFORE, ids=repr)
def test_a_keystore_from_before_opens_with_its_passphrase(tmp_path: Path, passphrase: bytes) -> None:
    (tmp_path / FILE).write_text(FROZEN % BEFORE[passphrase])
    assert load_keystore(tmp_path, typed(passphrase)).keyholder.seed == SECRET.seed
    with pytest.raises(KeystoreLocked, match="does not open"):
        load_keystore(tmp_path, typed(passphrase + b"y"))


@pytest.mark.parametrize(
    ("passphrase", "sentence"),
    [
        *(
            (weak, passphrases.WEAK)
            for weak in ("x", "12345678", "iloveyou", "hunter2hunter2", "qwertyuiop", "Duolog1")
        ),
        ("a" * MAX_PASSPHRASE, passphrases.WEAK),
        ("kitchen lamp river " * 60, passphrases.TOO_LONG),
        ("\u00fc" * 513, passphrases.TOO_LONG),
        (b"\xff kitchen lamp river", passphrases.UNTYPABLE),
        *((f"kitchen{one}lamp river", passphrases.UNSEEN) for one in ("\t", "\x1b[D", "\n", "\u200b", "\u202e", "\0")),
        *((edge, passphrases.UNSEEN) for edge in ("kitchen lamp river ", "\u00a0kitchen lamp river")),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_new_passphrase_is_refused_with_a_sentence_by_any_client(
    tmp_path: Path, passphrase: bytes | str, sentence: str
) -> None:
    with pytest.raises(NotAllowed) as refused:
        save_keystore(tmp_path, SECRET, typed(passphrase))
    assert str(refused.value) == sentence
    with pytest.raises(NotAllowed):
        Duolog.register(NOWHERE, home=tmp_path / "home", unlock=typed(passphrase))
    assert not Duolog.has_account(tmp_path / "home")
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    "passphrase",
    [
        "kitchen lamp river seven",
        "gr\u00fcne Wolken \u00fcber dem Teich",
        "море и лампа у окна",
        "Tr0ub4dor&3xq",
    ],
)
def test_a_few_words_are_enough_and_no_rule_asks_for_digits(passphrase: str) -> None:
    assert check_passphrase(passphrase.encode()) == passphrase.encode()


def test_a_long_passphrase_is_judged_by_its_beginning() -> None:
    assert check_passphrase(b"kitchen lamp river " + b"a" * 900)


def test_no_sentence_repeats_the_passphrase() -> None:
    for passphrase in (b"hunter2hunter2", b"kitchen\tlamp", b"\xffkitchen"):
        with pytest.raises(NotAllowed) as refused:
            check_passphrase(passphrase)
        assert "hunter" not in repr(refused.value)
        assert "kitchen" not in repr(refused.value)
