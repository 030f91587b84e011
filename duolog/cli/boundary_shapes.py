"""The stable `--json` shape of a boundary."""

from typing import TYPE_CHECKING

from duolog.cli.shapes import Shape, b64, fields

if TYPE_CHECKING:
    from duolog.documents.kinds.boundary_texts import Boundary, BoundaryText


def number_of_text(boundary: "Boundary", text: "BoundaryText") -> int:
    """The number of a text for `show` and `--text`: 1 is the first."""
    return list(boundary.texts).index(text.entry) + 1


def boundary_shape(number: int, boundary: "Boundary", me: bytes, now: int) -> Shape:
    """One boundary at `now`, Unix seconds. `status`: proposed, in_force, contested, declined, taken_back, lapsed or
    retired."""
    from duolog.documents.kinds.boundary import view_boundary

    view = view_boundary(boundary, now)
    return {
        "number": number,
        "boundary": b64(boundary.entry),
        "status": view.status,
        "waits_for_me": view.waiting is not None and view.waiting.author != me,
        "waiting_text": None if view.waiting is None else number_of_text(boundary, view.waiting),
        "agreed_text": None if boundary.agreed_text is None else number_of_text(boundary, boundary.agreed_text),
        "review_due": view.review_due,
        "texts": [_text_shape(count, text) for count, text in enumerate(boundary.texts.values(), 1)],
        "contests": [
            {"author": b64(account), **fields(contest, "at effective words")}
            for account, contest in boundary.contests.items()
        ],
    }


def _text_shape(number: int, text: "BoundaryText") -> Shape:
    from duolog.documents.bodies import has_unknown_parts, hidden_characters

    return {
        "number": number,
        **fields(text, "entry author at effective digest"),
        "wording": None if text.wording is None else text.wording.encode_json(),
        "unknown_parts": has_unknown_parts(text.step),
        "hidden_characters": bool(hidden_characters(text.step)),
        **fields(text, "why outcome answered_by answered_at answered_effective"),
    }
