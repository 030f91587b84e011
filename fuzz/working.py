"""One target under atheris, in a process of its own, until a given time.

A finding is written to a file, once for each fault, and the work goes on. What ends the process (a crash in a library,
too much memory, an input that never ends) is libFuzzer's to write down, and the parent's to start again.

Nothing of Duolog may be imported before `work_on`: atheris counts what it instruments on import.
"""

import sys
import time
from pathlib import Path
from random import Random

TIMEOUT = 25  # seconds for one input before the process is given up
MEMORY = 2048  # MiB of one process
MAX_LENGTH = 128 * 1024  # bytes of one input


def work_on(name: str, module: str, folder: Path, until: float) -> int:
    """Fuzz one target of a module until `until`, Unix seconds. It ends the process by itself."""
    import atheris

    with atheris.instrument_imports(include=["duolog", "app"]):
        from fuzz.judging import judge
        from fuzz.registry import load_module

        target = load_module(module)[name]
    import structlog

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # a server's log lines would be all there is
    seeds = [data[:MAX_LENGTH] for data in target.seeds()]
    places = [folder / part / name for part in ("corpus", "seeds", "findings")]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    corpus, given, findings = places
    for number, data in enumerate(seeds):
        (given / f"{number:03}").write_bytes(data)
    words = folder / "seeds" / f"{name}.words"
    words.write_text(dictionary(seeds), "ascii")
    seen: set[str] = set()

    def one(data: bytes) -> None:
        finding = judge(target, data)
        if finding is not None and finding.what not in seen:
            seen.add(finding.what)
            (findings / finding.name).write_bytes(data)
            (findings / f"{finding.name}.txt").write_text(f"{finding.what}\n{finding.text}", "utf-8", "replace")

    def change(data: bytes, limit: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.4:
            return bytes(atheris.Mutate(data, limit))
        return target.change(data, random)[:limit]

    options = {
        "max_total_time": max(1, round(until - time.time())),
        "timeout": TIMEOUT,
        "rss_limit_mb": MEMORY,
        "max_len": MAX_LENGTH,
        "artifact_prefix": f"{findings}/",
        "dict": str(words),
        "reload": 0,
    }
    argv = [sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(corpus), str(given)]
    atheris.Setup(argv, one, custom_mutator=change)
    atheris.Fuzz()
    return 0


def dictionary(seeds: list[bytes]) -> str:
    """Words for libFuzzer: the JSON keys and short strings of the seeds, and nasty values."""
    import re

    from fuzz import nasty

    found: dict[bytes, None] = {}
    for data in seeds:
        found |= dict.fromkeys(re.findall(rb'"[A-Za-z_]{1,32}"', data))
    found |= {str(number).encode(): None for number in nasty.INTEGERS if abs(number) < 2**70}
    found |= {text.encode("utf-8", "surrogatepass"): None for text in nasty.STRINGS if 0 < len(text) < 40}
    lines = ("".join(f"\\x{byte:02x}" for byte in word) for word in found)
    return "".join(f'"{line}"\n' for line in lines)
