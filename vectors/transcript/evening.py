"""The evening: what three programs are told, in order. Ada has two of them, and takes one out of her account.

Rules
- It begins on a Tuesday at seven. Between two acts passes a minute, so that no two of them bear the same time.
- Who writes has read before, and nothing came since. So a client that always looks first sends the same, and names the
  same receipt as seen.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from vectors.transcript.server import ORIGIN

BEGIN = 1_796_151_600  # 2026-12-01, 19:00 UTC
BETWEEN = 60  # seconds
ACTS = 30
PEOPLE = ("ada", "sam", "tablet")

Json = dict[str, Any]
Say = Callable[..., Awaitable[Json]]  # person, verb and fields; what the program gives

_WORDING = {"topic": "time", "text": "I put my phone away at dinner.", "binds": "me", "why": "To hear each other."}


async def play(say: Say) -> None:
    """Play it, act by act."""
    words = await _pair(say)
    await _agree(say, words)
    keyholder = await _add_device(say)
    await say("ada", "revoke", keyholder=keyholder)
    await say("sam", "read")
    await say("sam", "write", text="Your keys are new, I see. All well?")
    await say("ada", "read")
    await say("ada", "write", text="My old tablet is out.")
    await say("sam", "read")
    await say("sam", "close")
    await say("ada", "read")
    await say("ada", "status")


async def _pair(say: Say) -> list[str]:
    """Register, invite, answer, and see eight words."""
    await say("ada", "register", server=ORIGIN)
    await say("sam", "register", server=ORIGIN)
    invited = await say("ada", "invite")
    await say("sam", "join", link=invited["link"])
    await say("ada", "status")
    seen = await say("sam", "status")
    words: list[str] = seen["journals"][0]["words"]
    return words


async def _agree(say: Say, words: list[str]) -> None:
    """Compare the words, write, and agree on a boundary."""
    await say("ada", "join", words=words)
    await say("sam", "join", words=words)
    await say("ada", "status")
    await say("ada", "write", text="Hello, Sam. – Ada 🌻")
    await say("sam", "read")
    proposed = await say("ada", "propose", wording=_WORDING)
    await say("sam", "read")
    await say("sam", "accept", boundary=proposed["entry"])
    await say("ada", "read")


async def _add_device(say: Say) -> str:
    """Ada's tablet becomes a device of her account, and reads; its keyholder."""
    shown = await say("tablet", "new_device", server=ORIGIN)
    seen = await say("ada", "begin_adding", code=shown["code"])
    await say("tablet", "see_words")
    added = await say("ada", "confirm_adding", words=seen["words"])
    await say("tablet", "finish")
    await say("tablet", "read")
    keyholder: str = added["keyholder"]
    return keyholder
