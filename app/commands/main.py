"""Reads the command line, and turns errors that an operator can fix into one sentence and exit code 2."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from app.commands import invite_code, migrate, openapi, retain, serve, settings, stats
from app.commands.trouble import Trouble
from app.problems import Problem
from app.settings import Settings, unknown_settings

COMMANDS: dict[str, tuple[Callable[[Settings], None], str]] = {
    "serve": (serve.run, "serve until interrupted"),
    "migrate": (migrate.run, "create or update the database's tables"),
    "retain": (retain.run, "do what is due and delete what is over, once; the server does it by itself"),
    "stats": (stats.run, "count accounts, journals, entries and bytes"),
    "invite-code": (invite_code.run, "make a code that lets one person register"),
    "settings": (settings.run, "print every setting, its default and what it is for"),
    "openapi": (openapi.run, "print the OpenAPI document"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m app",
        description="The Duolog server. Its settings are environment variables; `python -m app settings` lists them.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, purpose) in COMMANDS.items():
        commands.add_parser(name, help=purpose, description=purpose.capitalize() + ".")
    chosen = parser.parse_args(arguments).command
    try:
        COMMANDS[chosen][0](_settings())
    except Trouble as trouble:
        print(f"duolog: {trouble}", file=sys.stderr)
        return 2
    except Problem as problem:
        print(f"duolog: {problem.said}", file=sys.stderr)
        return 2
    except SQLAlchemyError as error:
        print(
            f"duolog: The database can't be used: {_plain(error)} Check DUOLOG_DATABASE and DUOLOG_DATA.",
            file=sys.stderr,
        )
        return 2
    return 0


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
