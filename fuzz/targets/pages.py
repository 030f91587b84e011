"""The binary form of pushes and pages."""

from duolog.api.pages import encode_entry, encode_gone, encode_push, parse_frame, parse_page, parse_push
from fuzz import seeds
from fuzz.mutation import change_frames
from fuzz.registry import target


@target(lambda: [seeds.page_of(seeds.journal()), b""], change=change_frames)
def page(data: bytes) -> None:
    """A server's answer to a pull."""
    parse_page(data)


@target(lambda: [encode_push(seeds.placed(seeds.journal())), b""], change=change_frames)
def push(data: bytes) -> None:
    """A client's push."""
    assert encode_push(parse_push(data)) == data


@target(lambda: [encode_entry(7, bytes(91), bytes(300)), encode_gone(7, bytes(91), bytes(32))], change=change_frames)
def frame(data: bytes) -> None:
    """One item, as a home stores it."""
    parse_frame(data)
