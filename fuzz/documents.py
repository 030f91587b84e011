"""Honest documents as JSON: one body of each kind and step, and logs in which one thing leads to another."""

from typing import Any

from duolog.protocol.blind_pairs import pair_keys
from duolog.protocol.codec import encode_b64, sha256

Json = dict[str, Any]

JOURNAL, ADA, SAM = encode_b64(b"j" * 32), encode_b64(b"a" * 32), encode_b64(b"s" * 32)
HASH, SALT, KEY, SECRET, SIGNATURE = (encode_b64(bytes(size)) for size in (32, 32, 32, 16, 64))
ENTRY = encode_b64(bytes(16))
WORDING: Json = {
    "topic": "time",
    "text": "Sundays are ours.",
    "binds": "both",
    "why": "We lose each other.",
    "fine": "A walk alone.",
    "review": "2027-03-01",
}
START = 1_795_600_000  # Unix seconds


def answer(seq: int) -> Json:
    """The document that a step answers, at `seq` of a log."""
    entry = sha256(b"entry", bytes([seq]))[:16]
    return {"entry": encode_b64(entry), "message": encode_b64(sha256(b"message", entry))}


def bodies() -> list[Json]:
    """`{kind, body}` of each kind and step that a journal holds."""
    of = {"journal": JOURNAL, "entry": ENTRY, "message": HASH, "author": SAM, "at": START}
    return [
        {"kind": "profile", "body": {"display_name": "Ada", "pronouns": "she", "colour": "#12ab34"}},
        {"kind": "note", "body": {"text": "A quiet evening.", "feelings": ["calm"], "tags": ["us"]}},
        {"kind": "copy", "body": {"of": of, "document": {"kind": "note", "v": 1, "body": {"text": "I hid it."}}}},
        {
            "kind": "copy",
            "body": {
                "of": of,
                "document": {"kind": "boundary", "v": 1, "body": {"step": "propose", "wording": WORDING}},
                "left_out": True,
            },
        },
        {"kind": "moved", "body": {"origin": "https://elsewhere.example", "receipt_key": KEY}},
        {"kind": "withdrawn", "body": {"answers": answer(1)}},
        {"kind": "words_differ", "body": {"acceptance": HASH}},
        {"kind": "went_on", "body": {"seq": 7, "head": HASH, "restored_at": 1_790_000_000}},
        *({"kind": "boundary", "body": body} for body in _steps(1, 2)),
        *({"kind": "disclosure", "body": body} for body in _letter(1, 2)),
        *({"kind": "promise", "body": body} for body in _promise(1)),
        *({"kind": "pause", "body": body} for body in _pause(1)),
        *({"kind": "breach", "body": body} for body in _breach(1, 2)),
        *({"kind": "check_in", "body": body} for body in _check_in(1, "ada")),
        *_texts(),
    ]


def _texts() -> list[Json]:
    attached = {"id": ENTRY, "name": "the sea.jpg", "alt": "Waves", "preview": encode_b64(bytes([1]) * 16)}
    more = {"happened": "2026-11-20T18:30", "imported": {"app": "Another diary", "id": "entry 7"}}
    return [
        {"kind": "note", "body": {"text": "Rain.", "attachments": [attached], **more}},
        {"kind": "comment", "body": {"answers": answer(2), "text": "I see it so too."}},
        {"kind": "comment", "body": {"answers": answer(3), "text": "Sundays suit me."}},
        {"kind": "appreciation", "body": {"text": "You waited.", "of": "you", "about": answer(2)}},
    ]


def _steps(text: int, agreed: int) -> list[Json]:
    return [
        {"step": "propose", "wording": WORDING},
        {"step": "counter", "answers": answer(text), "wording": {**WORDING, "text": "Sundays until noon."}},
        {"step": "accept", "answers": answer(agreed)},
        {"step": "contest", "answers": answer(agreed), "words": "It no longer fits."},
        {"step": "amend", "answers": answer(agreed), "wording": {**WORDING, "binds": "me"}, "from": answer(9)},
        {"step": "decline", "answers": answer(5), "why": "Not yet."},
        {"step": "take_back", "answers": answer(5)},
        {"step": "retire", "answers": answer(agreed), "why": "We have grown."},
    ]


def _letter(told: int, reflection: int) -> list[Json]:
    to, note = {"answers": answer(told)}, {"text": answer(9)}
    return [
        {"step": "tell", "form": "disclosure", "about": "The money", "hold": True, **note},
        {"step": "tell", "form": "supplement", "about": "More of it", **note, **to},
        {"step": "acknowledge", **to},
        {"step": "reflect", "asks": "Since when?", **note, **to},
        {"step": "heard", "answers": answer(reflection)},
        {"step": "not_quite", "answers": answer(reflection), "words": "And the year."},
        {"step": "respond", **note, **to},
        {"step": "set_aside", "words": "Not now.", **to},
    ]


def _promise(made: int) -> list[Json]:
    to, until = {"answers": answer(made)}, START + 40 * 86_400
    return [
        {"step": "make", "form": "offer", "text": "My calendar.", "until": until, "why": "So that you know."},
        {"step": "make", "form": "habit", "text": "I call at noon.", "rhythm": "on workdays", "from": answer(9)},
        {"step": "make", "form": "plan", "text": "When alone.", "triggers": "Rain.", "calls": "My brother."},
        {"step": "mark", "words": "Done.", **to},
        {"step": "renew", "until": until, **to},
        {"step": "end", "words": "Enough.", **to},
    ]


def _pause(called: int) -> list[Json]:
    to, until = {"answers": answer(called)}, START + 20 * 3600
    return [
        {"step": "call", "until": until, "words": "I need air."},
        {"step": "extend", "until": until + 9 * 3600, **to},
        {"step": "return", "words": "Here I am.", **to},
    ]


def _breach(agreed: int, opened: int) -> list[Json]:
    to, note = {"answers": answer(opened)}, {"text": answer(20)}
    return [
        {"step": "open", "as": "own", "happened": "2026-11-02", "about": answer(9), **note},
        {"step": "open", "as": "saw", "look_again": "2026-12-02", "answers": answer(agreed), **note},
        {"step": "account", "look_again": "2026-12-02", **note, **to},
        {"step": "close", "words": "For me.", **to},
        {"step": "reopen", **to},
    ]


def _check_in(begun: int, author: str) -> list[Json]:
    to, k = {"answers": answer(begun)}, author[:1].encode() * 32
    pair, account = sha256(b"entry", bytes([begun]))[:16], {"ada": b"a", "sam": b"s"}[author] * 32
    commitment = encode_b64(pair_keys(k, b"j" * 32, pair, account)[1])
    period = {"from": "2026-01-01", "to": "2026-03-31"}
    return [
        {"step": "begin", "form": "week", "talk_on": "2026-11-29"},
        {"step": "begin", "form": "review", "period": period, "chosen": [answer(2), answer(3)]},
        {"step": "commit", "sealed": encode_b64(bytes(4136)), "commitment": commitment, **to},
        {"step": "reveal", "k": encode_b64(k), **to},
        {"step": "set_aside", **to},
    ]


def answers() -> list[Json]:
    """An answer of each form, as it is sealed."""
    sliders = {"closeness": 7, "trust": 6, "stress": 3}
    return [
        {"form": "week", "appreciation": "The soup.", "need": "A walk.", "feelings": ["calm"], **sliders},
        {"form": "review", "summary": "A mild spring.", "keep": "Sundays.", "chosen": [answer(2)]},
    ]


def machines_log() -> Json:
    """A journal with things of the kinds that have registers of times and of persons."""
    promise, pause, breach = _promise(1), _pause(4), _breach(8, 10)
    written = [
        ("ada", "promise", promise[0]),
        ("ada", "promise", promise[3]),
        ("ada", "promise", promise[4]),
        ("sam", "pause", pause[0]),
        ("sam", "pause", pause[1]),
        ("sam", "pause", pause[2]),
        ("ada", "promise", promise[5]),
        ("ada", "boundary", _steps(1, 2)[0]),
        ("sam", "boundary", {"step": "accept", "answers": answer(8)}),
        ("ada", "breach", breach[1]),
        ("sam", "breach", breach[2]),
        ("sam", "breach", breach[3]),
        ("sam", "breach", breach[4]),
        ("ada", "check_in", _check_in(14, "ada")[0]),
        ("sam", "check_in", _check_in(14, "sam")[2]),
        ("ada", "check_in", _check_in(14, "ada")[2]),
        ("ada", "check_in", _check_in(14, "ada")[3]),
        ("sam", "check_in", _check_in(14, "sam")[3]),
        ("sam", "check_in", _check_in(14, "sam")[1]),
        ("ada", "check_in", _check_in(19, "ada")[4]),
    ]
    return {"log": [_item(author, kind, body, place) for place, (author, kind, body) in enumerate(written)]}


def evening_log() -> Json:
    """A journal in which every kind stands, and a boundary goes all its ways."""
    steps = _steps(3, 4)
    written = [
        ("ada", "profile", {"display_name": "Ada"}),
        ("sam", "note", {"text": "A quiet evening."}),
        ("ada", "boundary", steps[0]),
        ("sam", "boundary", steps[1]),
        ("ada", "boundary", {"step": "accept", "answers": answer(4)}),
        ("sam", "boundary", {"step": "contest", "answers": answer(4), "words": "It no longer fits."}),
        ("ada", "boundary", {"step": "amend", "answers": answer(4), "wording": {**WORDING, "text": "Mondays."}}),
        ("sam", "boundary", {"step": "decline", "answers": answer(7)}),
        ("sam", "boundary", {"step": "retire", "answers": answer(4)}),
        ("ada", "boundary", {"step": "retire", "answers": answer(9)}),
        ("sam", "withdrawn", {"answers": answer(2)}),
        ("ada", "copy", bodies()[2]["body"]),
        ("sam", "moved", bodies()[4]["body"]),
        ("kim", "note", {"text": "From elsewhere."}),
        *(("kim" if one["kind"] == "comment" else "ada", one["kind"], one["body"]) for one in _texts()),
        ("sam", "letter", {"text": "Of a later version."}),
    ]
    return {"log": [_item(author, kind, body, place) for place, (author, kind, body) in enumerate(written)]}


def account_bodies() -> list[Json]:
    """`{kind, body}` of each kind of the account journal."""
    head = {"journal": JOURNAL, "seq": 7, "head": HASH}
    pin = {"account": SAM, "generation": 1, "chain_head": HASH}
    place = {"role": "partner", "rights": "write"}
    there = {"origin": "https://b.example", "receipt_key": KEY}
    accepted = {"acceptance": HASH, "signature": SIGNATURE}
    invitation = {"invitation": ENTRY, "journal": JOURNAL, "secret": SECRET, "n_f": HASH, "plaintext_hash": HASH}
    closing = {"journal": JOURNAL, "statement": HASH, "signature": SIGNATURE, "salt": SALT, "not_before": START}
    declined = {"journal": JOURNAL, "change": "add", "account": SAM, "rights": "read", "until": START, "at": START}
    draft = {"kind": "note", "v": 1, "body": {"text": "Not yet."}}
    said = {"k": KEY, "nonce": encode_b64(bytes(24)), "answer": encode_b64(b"{}"), "fill": "...."}
    listed: list[tuple[str, Json]] = [
        ("joined", {"journal": JOURNAL, "role": "partner", "name": "us"} | there),
        ("pending_invitation", invitation | place | {"until": START, "expires": START}),
        ("taken_acceptance", {"invitation": ENTRY, "account": SAM} | accepted),
        ("sent_acceptance", {"journal": JOURNAL, "secret": SECRET, "plaintext_hash": HASH} | accepted),
        ("pin", pin),
        ("verified", pin),
        ("pairing", {"journal": JOURNAL, "account": SAM, "words_hash": HASH}),
        ("ended_invitation", {"invitation": ENTRY, "how": "added"}),
        ("noted_head", head),
        ("keyholder_label", {"keyholder": HASH, "label": "the phone"}),
        ("draft", {"draft": ENTRY, "journal": JOURNAL, "document": draft}),
        ("confirmed", {"keyholder": HASH, "generation": 1, "chain_head": HASH, "heads": [head], "with_account": SAM}),
        ("account_moved", {"from_origin": "https://a.example", "from_receipt_key": KEY, "heads": [head]} | there),
        ("rotated", {"generation": 1, "heads": [head], "removed": [HASH]}),
        ("branch_chosen", pin),
        ("pending_closing", closing | {"held": "server", "ends": [HASH]}),
        ("ended_closing", {"journal": JOURNAL, "how": "cancelled"}),
        ("kept", {"journal": JOURNAL, "entry": ENTRY}),
        ("erased", {"journal": JOURNAL, "entry": ENTRY}),
        ("declined_proposal", declined),
        ("left_journal", {"journal": JOURNAL}),
        ("sealed_answer", {"journal": JOURNAL, "pair": ENTRY} | said),
    ]
    return [{"kind": kind, "body": body} for kind, body in listed]


def account_log() -> Json:
    """An account journal in which every kind stands."""
    return {"log": [_item("ada", item["kind"], item["body"], place) for place, item in enumerate(account_bodies())]}


def _item(author: str, kind: str, body: Json, place: int) -> Json:
    at = START + 3600 * place
    document = {"kind": kind, "v": 1, "at": at, "body": body}
    refused = {"refused": [6]} if place == 6 else {}
    return {"author": author, "document": document, "received": at + 60, **refused}
