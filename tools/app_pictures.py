"""Keeps pictures of the app's screens in docs/images/app, and the page that shows them.

`python -m tools.app_pictures FOLDER`. The folder has the pictures of `make web-screens`: `phone/NAME.png` and
`desktop/NAME.png`. One state of each screen is kept, small.
"""

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "docs" / "images" / "app"
PAGE = ROOT / "docs" / "app-screens.md"
QUALITY = 70  # of WebP
WIDEST = 900  # pixels

# The picture's name in `web/app/e2e/states.ts`, and what it shows.
SCREENS = {
    "welcome": "the first page",
    "where-this-page-came-from": "where this page came from, and what that means",
    "whose-device": "whose device is this?",
    "which-lock": "how it shall open",
    "name": "a name",
    "invite-waits": "an invitation that waits",
    "join": "joining by a link",
    "compare": "eight words to say to each other",
    "sheet-words": "the 24 recovery words",
    "journal": "the journal",
    "write": "a blank page",
    "entry": "an entry and its answers",
    "hear-closed": "something to hear, still closed",
    "hear-read": "read, and not yet heard",
    "boundaries": "boundaries",
    "boundary-offer": "a boundary that is proposed to me, with what changed",
    "promises": "promises",
    "promise-offer": "an offer of mine, until a day",
    "own-up": "owning up",
    "breach-both": "what happened, in two accounts",
    "check-in": "a check-in",
    "check-in-opened": "a check-in that both have answered",
    "us": "the two of us",
    "pause": "a pause",
    "me": "my devices, lock and language",
    "add-device": "letting another device in",
    "enroll": "a new device and its code",
    "enroll-words": "the eight words of an account, on both devices",
    "unlock": "opening it again",
    "leaving": "leaving",
    "confirm": "confirming a device that came back from words",
    "head": "words for what this device saw",
    "help": "where to find help",
}
LOOKS = ("phone", "desktop")


def main() -> None:
    """Keep the pictures of the folder that the command line names."""
    taken = Path(sys.argv[1])
    for look in LOOKS:
        (KEPT / look).mkdir(parents=True, exist_ok=True)
        for name in SCREENS:
            with Image.open(taken / look / f"{name}.png") as picture:
                small = picture.convert("RGB")
                small.thumbnail((WIDEST, 20 * WIDEST))
                small.save(KEPT / look / f"{name}.webp", quality=QUALITY, method=6)
    PAGE.write_text(page())


def page() -> str:
    """docs/app-screens.md."""
    rows = [
        f"| {shows} | ![{shows}, on a phone](images/app/phone/{name}.webp) "
        f"| ![{shows}, on a desktop](images/app/desktop/{name}.webp) |"
        for name, shows in SCREENS.items()
    ]
    head = (
        "# The app's screens\n\n"
        "Made by `make web-pictures` from the states that [the tests](../web/app/README.md) go through, with an "
        "evening of two people who don't exist.\n\n"
        "| what it shows | phone | desktop |\n|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
