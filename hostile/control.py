"""The orders on the standard input of a lying server: `commit NAME [LINK]` and `stop`, at any time."""

import asyncio
import json
import sys
import threading

from hostile.catalogue import CATALOGUE
from hostile.evening import tell
from hostile.liar import Attack, Liar

USAGE = "Say `commit NAME`, `commit NAME LINK` or `stop`. `python -m hostile --list` has the names."


class Control:
    """Switches the attack of a liar. `as_json`: whether it answers in lines of JSON."""

    def __init__(self, liar: Liar, *, as_json: bool = False) -> None:
        self._liar = liar
        self._as_json = as_json

    def obey(self, line: str) -> str:
        """Do what a line says; the answer to it. `LINK`: an invitation that somebody has read."""
        word, *rest = line.split() or [""]
        if word == "stop" and not rest:
            self._liar.attack = Attack()
            return self._answer("honest", "Honest again.")
        if word != "commit" or not 1 <= len(rest) <= 2:
            return self._answer("", USAGE)
        listed = CATALOGUE.get(rest[0])
        if listed is None:
            return self._answer("", f"There is no attack {rest[0]!r}. {USAGE}")
        attack = listed.attack()
        if attack.signs and not self._liar.can_sign:
            return self._answer("", "This attack signs receipts. Name the server's key by --receipt-key.")
        tell(attack, rest[1] if len(rest) > 1 else "")
        self._liar.attack = attack
        return self._answer(rest[0], f"Lying: {rest[0]}. A client must: {listed.client_must}")

    def begin(self, name: str, origin: str) -> str:
        """Begin with an attack at an address; what to print. Raises: ValueError when that can't be."""
        said = self.obey(f"commit {name}")
        if type(self._liar.attack) is not CATALOGUE.get(name, CATALOGUE["honest"]).attack or name not in CATALOGUE:
            raise ValueError(said)
        return self._answer(name, f"{origin} lies: {name}. {USAGE}", origin=origin)

    def listen(self) -> None:
        """Obey standard input from now on, in a thread of its own. The server serves on when it ends."""
        loop = asyncio.get_running_loop()

        def read() -> None:
            for line in sys.stdin:
                loop.call_soon_threadsafe(self._say, line)

        threading.Thread(target=read, daemon=True).start()

    def _say(self, line: str) -> None:
        sys.stdout.write(self.obey(line) + "\n")
        sys.stdout.flush()

    def _answer(self, attack: str, text: str, **more: str) -> str:
        if not self._as_json:
            return text
        return json.dumps({"attack": attack, "say": text, **more} if attack else {"error": text})
