"""`python -m vectors.adapter`: this project's own functions behind the lines of `python -m vectors.run`."""

import json
import sys
from typing import Any

from duolog.errors import DuologError
from vectors.check import KINDS
from vectors.values import Json


class Adapter:
    """The functions of the kinds, and what the cases of a file have in common."""

    def __init__(self) -> None:
        self._shared: dict[str, Json] = {}

    def answer(self, line: Json) -> Json:
        """The answer to one line."""
        if line["verb"] == "shared":
            self._shared[line["file"]] = line["shared"]
            return {}
        kind = line["kind"]
        if kind not in KINDS:
            return {"unsupported": True}
        case: dict[str, Any] = {"name": line["name"], "kind": kind, **line["input"]}
        try:
            return {"gives": KINDS[kind](case, self._shared[line["file"]])}
        except DuologError as error:
            return {"error": type(error).__name__, "check": getattr(error, "check", "")}


def main() -> None:
    """Answer each line of standard input."""
    adapter = Adapter()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(adapter.answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
