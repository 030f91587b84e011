"""Reads the command line, and turns errors that an operator can fix into one sentence and exit code 2."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import NamedTuple, NoReturn

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from app.commands import (
    audit,
    backup,
    invite_code,
    migrate,
    openapi,
    replace_receipt_key,
    restore,
    retain,
    serve,
    settings,
    stats,
)
from app.commands.trouble import Trouble
from app.database_lock import InUse, using
from app.problems import Problem
from app.settings import Settings, unknown_settings

Run = Callable[[Settings, argparse.Namespace], int]


class Command(NamedTuple):
    """A command. `run` returns the exit code. `declare` adds its arguments. `uses`: it works on the database."""

    run: Run
    purpose: str
    declare: Callable[[argparse.ArgumentParser], None] = lambda _: None
    uses: bool = True


def _simple(run: Callable[[Settings], None]) -> Run:
    """A command without arguments, which succeeds or raises."""

    def plain(given: Settings, _: argparse.Namespace) -> int:
        run(given)
        return 0

    return plain


COMMANDS: dict[str, Command] = {
    "serve": Command(_simple(serve.run), "serve until interrupted"),
    "migrate": Command(_simple(migrate.run), "create or update the database's tables"),
    "backup": Command(backup.run, "copy the database and the receipt key to one file, beside a server", backup.declare),
    "restore": Command(restore.run, "put a backup back in place, or check it", restore.declare, uses=False),
    "audit": Command(audit.run, "verify all that the database holds, as a client would", audit.declare),
    "retain": Command(
        _simple(retain.run), "do what is due and delete what is over, once; the server does it by itself"
    ),
    "stats": Command(_simple(stats.run), "count accounts, journals, entries and bytes"),
    "invite-code": Command(_simple(invite_code.run), "make a code that lets one person register"),
    "replace-receipt-key": Command(
        _simple(replace_receipt_key.run), "add a receipt key, which signs from the next start on", uses=False
    ),
    "settings": Command(_simple(settings.run), "print every setting, its default and what it is for", uses=False),
    "openapi": Command(_simple(openapi.run), "print the OpenAPI document", uses=False),
}


def command_line() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m app",
        description="The Duolog server. Its settings are environment variables; `python -m app settings` lists them.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        declared = commands.add_parser(name, help=command.purpose, description=command.purpose.capitalize() + ".")
        command.declare(declared)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    given = command_line().parse_args(arguments)
    try:
        return _run(COMMANDS[given.command], given)
    except Trouble as trouble:
        print(f"duolog: {trouble}", file=sys.stderr)
    except Problem as problem:
        print(f"duolog: {problem.said}", file=sys.stderr)
    except SQLAlchemyError as error:
        print(
            f"duolog: The database can't be used: {_plain(error)} Check DUOLOG_DATABASE and DUOLOG_DATA.",
            file=sys.stderr,
        )
    return 2


def _run(command: Command, given: argparse.Namespace) -> int:
    read = _settings()
    if not command.uses:
        return command.run(read, given)
    with ExitStack() as stack:
        try:
            stack.enter_context(using(read))
        except InUse as error:
            raise Trouble("The database is being restored. Wait until that has ended.") from error
        except OSError as error:
            raise Trouble(
                f"The database's folder can't be written to: {error.strerror}. Choose another with DUOLOG_DATA."
            ) from error
        return command.run(read, given)


def end(code: int) -> NoReturn:
    """End the process, without taking the interpreter down first.

    The object store's library has threads of its own, which no call ends. A thread that comes back to the interpreter
    while that is taken down aborts the process, after all its work is done.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _settings() -> Settings:
    if unknown := unknown_settings(os.environ):
        raise Trouble(" ".join(unknown))
    try:
        return Settings()
    except ValidationError as error:
        faults = []
        for fault in error.errors():
            name = "DUOLOG_" + "_".join(str(part) for part in fault["loc"]).upper() if fault["loc"] else ""
            faults.append(f"{name}: {fault['msg'].removeprefix('Value error, ')}".removeprefix(": "))
        raise Trouble("A setting is wrong. " + "; ".join(faults) + ".") from error


def _plain(error: SQLAlchemyError) -> str:
    origin = getattr(error, "orig", None)
    text = str(origin if origin is not None else error).strip().split("\n")[0]
    return text if text.endswith(".") else text + "."
