"""`python -m fuzz run`, `replay TARGET FILE...`, `list`; `work` is what `run` starts for each target."""

import argparse
import sys
from pathlib import Path

FOLDER = Path(".fuzz")


def main(arguments: list[str]) -> int:
    """The exit code: 0, or 1 when there is a finding."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="fuzz every target, one after the other")
    run.add_argument("--seconds", type=float, default=1800, help="in all")
    run.add_argument("--jobs", type=int, default=1, help="processes at a time")
    run.add_argument("--only", default="*", help="a pattern of names, or several with commas between them")
    replay = commands.add_parser("replay", help="run inputs once, and show what they find")
    replay.add_argument("target")
    replay.add_argument("files", type=Path, nargs="+")
    work = commands.add_parser("work")
    work.add_argument("target")
    work.add_argument("module")
    work.add_argument("--until", type=float, required=True)
    commands.add_parser("list", help="name the targets")
    options = parser.parse_args(arguments)
    if options.command == "work":
        from fuzz.working import work_on  # before anything of Duolog is imported, so that atheris sees it come

        return work_on(options.target, options.module, FOLDER, options.until)
    from fuzz import running

    if options.command == "run":
        return running.run(FOLDER, options.seconds, options.jobs, options.only.split(","))
    if options.command == "replay":
        return running.replay(options.target, options.files)
    return running.show_targets()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
