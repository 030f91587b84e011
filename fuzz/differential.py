"""Two languages' parsers read the same changed bytes, and must give the same verdict.

`python -m fuzz.differential --inputs 1000000 -- node web/sdk/test/verdicts.mjs`. The program behind `--` reads a line
`PARSER BASE64` for each input and answers its verdict in a line, as `verdicts` has it. Inputs are those of `make fuzz`:
honest ones, changed. With the same `--seed` a run repeats itself.
"""

import argparse
import base64
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from random import Random

from fuzz.registry import Target, load_targets
from fuzz.verdicts import READERS, TEXTS, verdict

BATCH = 500  # inputs that are on the way at once
SHOWN = 20  # differences after which a run stops
MAX_INPUT = 256 * 1024  # bytes
JSON = frozenset({"canonical", "message-json", "message"})
_WRITTEN = r"""
{ } [ ] , : " \ / null true false nul True NaN Infinity -Infinity undefined // /**/ ' é 😀 ١
0 -0 00 01 - +1 1. .5 1.0 0.5 -0.0 1e0 1E+2 1e 1e+ 1e999 1e-999 0x10 9007199254740991 9007199254740992
-9007199254740991 9007199254740991.5 100000000000000000000 \u0061 \ud800 \udc00 \ud83d\ude00 \ude00\ud83d \u00
\u00g0 \x41 \/ \b \' \U0061 "a":1, "a":1,"a":1 "__proto__":{}, "constructor":0, "":0, [] {} "\u0061":1,"a":2
"""
_UNSEEN = (" ", "\t", "\n", "\r", "\v", "\f", "\xa0", "\u2028", "\ufeff", "\x00", "\x1f", "e\u0301", "\ud800")
_LONG = ("9" * 400, "0." + "3" * 400, "[" * 9, "[" * 65, '{"a":' * 64)
TOKENS = tuple(token.encode("utf-8", "surrogatepass") for token in (*_WRITTEN.split(), *_UNSEEN, *_LONG))


class Other:
    """The other language's process: it answers a line for a line."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603

    def verdicts(self, batch: list[tuple[str, bytes]]) -> list[str]:
        """Its verdicts, in order. Raises: EOFError when it ended before."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        for name, data in batch:
            self._process.stdin.write(f"{name} {base64.b64encode(data).decode()}\n".encode())
        self._process.stdin.write(b"\n")  # the end of a batch: it answers now
        self._process.stdin.flush()
        found = [self._process.stdout.readline().decode().strip() for _ in batch]
        if not all(found):
            raise EOFError("the other program ended before it answered")
        return found

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)


def inputs(random: Random) -> Iterator[tuple[str, bytes]]:
    """Parsers in turn, each with an honest input or a changed one; a changed one is often changed again."""
    targets = [(name, target, list(target.seeds())) for name, target in load_targets().items() if name in READERS]
    assert len(targets) == len(READERS), READERS.keys() - {name for name, _, _ in targets}
    for _, target, seeds in targets:
        yield from ((target.name, seed) for seed in seeds if _is_fit(target, seed))
    often = [*targets, *[item for item in targets if item[0] in JSON] * 4]
    while True:
        for name, target, seeds in often:
            data = random.choice(seeds)
            for _ in range(random.choice((1, 1, 1, 2, 4))):
                data = _respelt(data, random) if name in JSON and random.random() < 0.5 else target.change(data, random)
            if _is_fit(target, data):
                yield name, data


def _respelt(data: bytes, random: Random) -> bytes:
    """JSON with a token put in, or in the place of some bytes: what no writer of JSON writes."""
    start = random.randint(0, len(data))
    end = start + random.choice((0, 0, 1, 1, 2, 8))
    return data[:start] + random.choice(TOKENS) + data[end:]


def _is_fit(target: Target, data: bytes) -> bool:
    if len(data) > MAX_INPUT:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return target.name not in TEXTS
    return True


def run(command: list[str], count: int, seed: int) -> int:
    """Compare `count` inputs; 1 when there is a difference, else 0."""
    other, source, seen, differences = Other(command), inputs(Random(seed)), Counter[str](), 0
    left = count
    while left > 0 and differences < SHOWN:
        batch = list(islice(source, min(BATCH, left)))
        left -= len(batch)
        for (name, data), theirs in zip(batch, other.verdicts(batch), strict=True):
            ours = verdict(name, data)
            seen[ours.partition(" ")[0]] += 1
            if ours != theirs:
                differences += 1
                print(f"{name}: Python says {ours!r}, the other {theirs!r}: {base64.b64encode(data)[:3000].decode()}")
    other.close()
    print(
        f"{count - left} inputs, {differences} differences; of them " + ", ".join(f"{n} {k}" for k, n in seen.items())
    )
    return 1 if differences else 0


def main() -> int:
    """The exit code: 1 when there is a difference."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.differential", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("command", nargs="+", help="the other program")
    options = parser.parse_args()
    return run(options.command, options.inputs, options.seed)


if __name__ == "__main__":
    sys.exit(main())
