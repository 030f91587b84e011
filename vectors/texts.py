"""Vectors of what the codec takes and refuses: canonical JSON, base64url, messages, headers, padding, words, links."""

import json

from duolog.protocol.entries import Header, padded_length
from duolog.protocol.messages import Attachment, Document, Message
from duolog.protocol.receipts import Receipt
from duolog.protocol.roster_statements import close_timing
from duolog.seal.links import Link
from duolog.seal.words import eight_words, encode_words
from vectors.values import Json, text

MALFORMED = {"error": "MalformedData"}


def make() -> Json:
    """The content of `codec.json`."""
    return {
        "about": "What a parser takes and what it refuses. `data` is bytes in base64url.",
        "shared": {},
        "cases": [*_canonical(), *_base64(), *_messages(), *_headers(), *_padding(), *_words(), *_links()],
    }


def _canonical() -> list[Json]:
    good: list[tuple[str, Json]] = [
        ("an empty object", {}),
        ("keys ascend", {"a": 1, "b": [True, False], "b_c": {"x": "y"}}),
        ("escapes as RFC 8785 writes them", {"a": '\x00\x08\t\n\x0c\r\x1f"\\/\x7f'}),
        ("the largest integer", {"a": 2**53 - 1}),
        ("eight levels", {"a": [[[[[[[1]]]]]]]}),
    ]
    bad = [
        ("keys out of order", b'{"b":1,"a":2}'),
        ("a repeated key", b'{"a":1,"a":1}'),
        ("white space", b'{"a": 1}'),
        ("a newline at the end", b'{"a":1}\n'),
        ("a byte order mark", b'\xef\xbb\xbf{"a":1}'),
        ("an escape that is not needed", b'{"a":"\\u0041"}'),
        ("an escape in capitals", b'{"a":"\\u001F"}'),
        ("an escaped slash", b'{"a":"\\/"}'),
        ("a negative zero", b'{"a":-0}'),
        ("a negative integer", b'{"a":-1}'),
        ("an integer of 2^53", b'{"a":9007199254740992}'),
        ("a float", b'{"a":1.0}'),
        ("an exponent", b'{"a":1e2}'),
        ("null", b'{"a":null}'),
        ("a key in capitals", b'{"A":1}'),
        ("a key with a digit", b'{"a1":1}'),
        ("an empty key", b'{"":1}'),
        ("a string that is not ASCII", '{"a":"é"}'.encode()),
        ("bytes that are not UTF-8", b'{"a":"\xff"}'),
        ("nine levels", b'{"a":[[[[[[[[1]]]]]]]]}'),
        ("a list", b"[]"),
        ("nothing", b""),
        ("two objects", b"{}{}"),
    ]
    written = {name: json.dumps(value, sort_keys=True, separators=(",", ":")).encode() for name, value in good}
    written["escapes as RFC 8785 writes them"] = written["escapes as RFC 8785 writes them"].replace(b"\\u007f", b"\x7f")
    return [
        {"name": f"canonical: {name}", "kind": "canonical", "data": text(written[name]), "gives": value}
        for name, value in good
    ] + [{"name": f"canonical: {name}", "kind": "canonical", "data": text(data)} | MALFORMED for name, data in bad]


def _base64() -> list[Json]:
    bad = ["AB", "AAB", "AA==", "AAA=", "A", "+_8A", "AA/A", "AA A", "AAAA\n", "é"]
    return [
        {"name": "base64url: three bytes", "kind": "base64url", "text": "-_8A", "gives": "fbff00"},
        {"name": "base64url: one byte", "kind": "base64url", "text": "AQ", "size": 1, "gives": "01"},
        {"name": "base64url: another size", "kind": "base64url", "text": "AQ", "size": 2} | MALFORMED,
        *({"name": f"base64url: {bad!r}", "kind": "base64url", "text": bad} | MALFORMED for bad in bad),
    ]


def _messages() -> list[Json]:
    seen = Receipt(7, bytes(range(32)), 1_700_000_000, bytes(64))
    attachment = Attachment(b"i" * 16, b"k" * 32, b"d" * 32, 12, "image/png")
    document = Document("note", 1, 1_700_000_000, {"text": "e\u0301 😀", "scale": 0.5, "none": None})
    full = Message(document, seen, b"f" * 16, (3, 9), (attachment,))
    value = json.loads(full.encode())
    spoilt: list[tuple[str, Json]] = [
        ("a field too many", {"more": 1}),
        ("seen cut off", {"seen": value["seen"][:-2]}),
        ("refused out of order", {"refused": [9, 3]}),
        ("refused empty", {"refused": []}),
        ("refused zero", {"refused": [0]}),
        ("follows too short", {"follows": "AAAA"}),
        ("attachments empty", {"attachments": []}),
        ("a document without a body", {"document": {"kind": "note", "v": 1, "at": 1}}),
        ("a document of version 0", {"document": {"kind": "note", "v": 0, "at": 1, "body": {}}}),
        ("a document with a field too many", {"document": value["document"] | {"more": 1}}),
        *[(f"seen at place {name}", {"seen": text(place + seen.encode()[8:])}) for name, place in _places()],
        ("refused at place 2^53", {"refused": [2**53]}),
        ("a kind of 65 characters", {"document": value["document"] | {"kind": "k" * 65}}),
        ("a media type of 256 characters", {"attachments": [value["attachments"][0] | {"type": "t" * 256}]}),
    ]
    raw = [
        ("a repeated key", b'{"a":1,"a":2}'),
        ("a repeated key, once escaped", b'{"a":1,"\\u0061":2}'),
        ("a repeated key, deep inside", b'{"a":[{"b":1,"b":1}]}'),
        ("a byte order mark", b'\xef\xbb\xbf{"a":1}'),
        ("a byte order mark at the end", b'{"a":1}\xef\xbb\xbf'),
        ("UTF-16 with a byte order mark", '{"a":1}'.encode("utf-16")),
        ("a lone surrogate", b'{"a":"\\ud800"}'),
        ("an integer beyond 2^53-1", b'{"a":9007199254740992}'),
        ("a number that overflows", b'{"a":1e999}'),
        ("NaN", b'{"a":NaN}'),
        ("bytes that are not UTF-8", b'{"a":"\xff"}'),
    ]
    return [
        _message("every field", full.encode()) | {"gives": value["document"]},
        _message("white space is kept, and hashed", json.dumps(value).encode()) | {"gives": value["document"]},
        *(_message(name, json.dumps(value | changes).encode()) | MALFORMED for name, changes in spoilt),
        {
            "name": "message json: decomposed and other characters stay as they are",
            "kind": "message_json",
            "data": text('{"a":"e\u0301 é 😀"}'.encode()),
            "gives": {"a": "e\u0301 é 😀"},
        },
        *(
            {"name": f"message json: {name}", "kind": "message_json", "data": text(data)} | MALFORMED
            for name, data in raw
        ),
    ]


def _places() -> list[tuple[str, bytes]]:
    """Places that no log reaches."""
    return [
        ("0", bytes(8)),
        ("2^53", (2**53).to_bytes(8, "big")),
        ("2^63", (2**63).to_bytes(8, "big")),
        ("2^64-1", b"\xff" * 8),
    ]


def _message(name: str, data: bytes) -> Json:
    return {"name": f"message: {name}", "kind": "message", "data": text(data)}


def _headers() -> list[Json]:
    header = Header(b"j" * 32, b"e" * 16, 3, b"a" * 32, 2, (b"1" * 16, b"2" * 16)).encode()
    spoilt = [
        ("cut off", header[:50]),
        ("an attachment id missing", header[:-16]),
        ("a byte too many", header + b"\x00"),
        ("suite 2", b"\x02" + header[1:]),
        ("epoch 0", header[:49] + bytes(4) + header[53:]),
        ("generation 0", header[:85] + bytes(4) + header[89:]),
        ("17 attachments", header[:89] + b"\x00\x11" + b"a" * 272),
    ]
    return [
        {"name": "header: two attachments", "kind": "header", "header": text(header), "gives": {"epoch": 3}},
        *({"name": f"header: {name}", "kind": "header", "header": text(data)} | MALFORMED for name, data in spoilt),
    ]


def _padding() -> list[Json]:
    lengths = (0, 255, 256, 257, 272, 273, 1000, 4096, 4097, 65_535, 98_628)
    return [
        {"name": f"padding of {length}", "kind": "padded_length", "length": length, "gives": padded_length(length)}
        for length in lengths
    ]


def _words() -> list[Json]:
    entropy = bytes(range(32))
    words = encode_words(entropy)
    return [
        {
            "name": "words: all zeros",
            "kind": "words",
            "source": "BIP39's own test vectors",
            "words": "abandon " * 23 + "art",
            "gives": text(bytes(32)),
        },
        {"name": "words: capitals and numbers", "kind": "words", "gives": text(entropy)}
        | {"words": " ".join(f"{n}. {word.upper()}" for n, word in enumerate(words, 1))},
        {"name": "words: two exchanged", "kind": "words", "words": " ".join([words[1], words[0], *words[2:]])}
        | MALFORMED,
        {"name": "words: an unknown one", "kind": "words", "words": " ".join([*words[:-1], "abandn"])} | MALFORMED,
        {"name": "words: twelve", "kind": "words", "words": "abandon " * 11 + "about"} | MALFORMED,
        {"name": "eight words: zeros", "kind": "eight_words", "hash": text(bytes(32)), "gives": ["abandon"] * 8},
        {"name": "eight words", "kind": "eight_words", "hash": text(entropy), "gives": list(eight_words(entropy))},
        {
            "name": "close timing",
            "kind": "close_timing",
            "salt": text(entropy),
            "not_before": 1_800_000_000,
            "gives": text(close_timing(entropy, 1_800_000_000)),
        },
    ]


def _links() -> list[Json]:
    link = Link("https://journal.example", bytes(range(16)))
    gives = {"origin": link.origin, "uri": link.uri}
    bad = [
        ("cut off", link.url[:-1]),
        ("nothing behind the hash sign", link.url.partition("#")[0]),
        ("too long", link.url + "A"),
        ("a character wrong", link.url[:-1] + ("A" if link.url[-1] != "A" else "B")),
        ("another path", link.url.replace("/join", "/other")),
        ("another scheme", link.url.replace("https", "ftp")),
    ]
    return [
        {"name": "link: https", "kind": "link", "link": link.url, "gives": gives},
        {"name": "link: duolog", "kind": "link", "link": link.uri, "gives": gives},
        *({"name": f"link: {name}", "kind": "link", "link": shown} | MALFORMED for name, shown in bad),
    ]
