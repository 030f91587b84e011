"""Invitation links as they come out of mail and chat programs: wrapped, cut, encoded and decorated."""

import quopri
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duolog.errors import MalformedData
from duolog.seal.links import Link
from duolog.seal.pasted_links import MAX_PASTED, holds_secret, parse_pasted

LINK = Link("https://journal.example", b"\xfb\xef\xbe" + bytes(range(13)))
LOCAL = Link("http://127.0.0.1:8330", bytes(range(16)))
URL = LINK.url
SECRET = URL.partition("#")[2]
WRAPPED = {
    "plain": URL,
    "uri": LINK.uri,
    "angle brackets": f"<{URL}>",
    "angle brackets with URL": f"<URL:{URL}>",
    "round brackets": f"(here: {URL})",
    "a sentence": f"Hello love, this is the link: {URL}. Sleep well!",
    "a question": f"Did you get {URL}?",
    "quotes": f"\u201c{URL}\u201d",
    "markdown": f"[our journal]({URL})",
    "markdown bold": f"**{URL}**",
    "emphasis": f"_{URL}_",
    "html": f'<a href="{URL}">{URL}</a>',
    "html entities": URL.replace("#", "&#35;").replace("/", "&#x2F;"),
    "invisible": "\u200b\ufeff" + "\u200b".join(URL) + "\u2060",
    "soft hyphens": URL[:30] + "\u00ad" + URL[30:],
    "marks of direction": f"\u202a{URL}\u202c",
    "no-break space": f"\u00a0{URL}\u00a0",
    "wide letters": "".join(chr(ord(char) + 0xFEE0) for char in URL),
    "broken in the secret": URL[:-10] + "\n" + URL[-10:],
    "broken with CRLF and spaces": URL[:-10] + "  \r\n   " + URL[-10:],
    "broken before the secret": URL.replace("#", "#\n"),
    "broken in the name": URL.replace("example", "exam\nple"),
    "broken in a quote of a quote": f"> > {URL[:-10]}\n> > {URL[-10:]}\n> > Sleep well",
    "broken, and words follow": f"{URL[:-10]}\n{URL[-10:]}\nSleep well",
    "quoted-printable": quopri.encodestring(f"The link is {URL}".encode()).decode(),
    "quoted-printable all over": "".join(f"={ord(char):02X}" for char in URL),
    "quoted-printable, wrapped": URL[:-10] + "=\n" + URL[-10:],
    "percent": quote(URL, safe=""),
    "percent twice": quote(quote(URL, safe=""), safe=""),
    "redirect": f"https://eur01.safelinks.example/?url={quote(URL, safe='')}&data=05%7C01%7C&reserved=0",
    "redirect in a redirect": "https://l.example/l.php?u="
    + quote(f"https://r.example/?q={quote(URL, safe='')}", safe="")
    + "&h=AT0",
    "redirect in quoted-printable": f"https://r.example/?url=3D{quote(URL, safe='')}=\n&amp;data=3D05",
    "a tracker's word": URL.replace("/join", "/join?fbclid=IwAR0_x-y"),
    "a slash": URL.replace("/join", "/join/"),
    "no scheme": URL.removeprefix("https://"),
    "capitals": URL.replace("https://journal.example", "HTTPS://Journal.Example"),
    "twice the same": f"{URL}\n\n{URL}",
    "linked and shown": f"{URL} <{URL}>",
}


@pytest.mark.parametrize("text", WRAPPED.values(), ids=WRAPPED)
def test_a_link_is_understood_in_what_programs_put_around_it(text: str) -> None:
    assert parse_pasted(text) == LINK


def test_a_server_on_this_machine_is_understood_too() -> None:
    assert parse_pasted(f"see {LOCAL.url}, please") == LOCAL


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not an invitation link"),
        ("hello", "not an invitation link"),
        (URL[:-1], "23 of 24 characters"),
        (f"Here: {URL[:-3]}.", "21 of 24 characters"),
        (f"{URL[:-3]}… more", "21 of 24 characters"),
        (URL.partition("#")[0], "nothing behind '#'"),
        (f"<{URL.partition('#')[0]}#>", "nothing behind '#'"),
        (URL[:-24] + ("B" if URL[-24] == "A" else "A") + URL[-23:], "is wrong"),
        (quote(URL[:-4], safe=""), "20 of 24 characters"),
        (SECRET, "not an invitation link"),
        ("https://journal.example/", "not an invitation link"),
        (f"{URL} and {LOCAL.url}", "more than one"),
        (f"{URL} and {LINK.origin[8:]}/join#{LOCAL.url.partition('#')[2]}", "more than one"),
        (f"mine {URL}\nyours {quote(LOCAL.url, safe='')}", "more than one"),
        ("x" * (MAX_PASTED + 1), "too long"),
    ],
)
def test_an_unclear_text_is_explained(text: str, says: str) -> None:
    with pytest.raises(MalformedData, match=says) as caught:
        parse_pasted(text)
    assert SECRET[:8] not in str(caught.value)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_link_between_any_other_words_is_found(before: str, after: str) -> None:
    assert parse_pasted(f"{before} {URL} {after}") == LINK


@pytest.mark.parametrize(
    "text", ["https://" * 2000, "a." * 8000, "/join#" * 2500, "a/join?" * 2300, "%25" * 5000, "=3D" * 5000]
)
def test_a_long_text_takes_no_time(text: str) -> None:
    with pytest.raises(MalformedData):
        parse_pasted(text)


@pytest.mark.parametrize(
    ("text", "is_secret"), [(SECRET, True), (SECRET[:-1] + "x", False), ("ab-cd", False), ("", False)]
)
def test_the_end_of_a_link_is_known_by_its_checksum(text: Any, *, is_secret: bool) -> None:
    assert holds_secret(text) == is_secret
