"""Homes of the real client for measurements, and processes of their own in which they are measured."""

import asyncio
import multiprocessing
import os
from collections.abc import Callable, Coroutine, Sequence
from contextlib import nullcontext
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from bench.profiles import profiled
from bench.writers import TEXT
from duolog.client import Duolog, Unlock
from duolog.client.log.outbox import post
from duolog.protocol.messages import Document

P = ParamSpec("P")
T = TypeVar("T")
UNLOCK = Unlock(passphrase=lambda new: b"only for measuring", keyring=False)


def alone(function: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a coroutine function in a new process, where nothing is in memory from before; its result.

    Raises: RuntimeError, when it raised.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(theirs, function, args, kwargs))
    process.start()
    theirs.close()
    try:
        result: T = ours.recv()
    except EOFError as error:
        raise RuntimeError(f"{function.__name__} failed in its process") from error
    finally:
        process.join()
    return result


def _run(results: "Connection[Any, Any]", function: Callable[..., Any], args: Any, kwargs: Any) -> None:
    results.send(asyncio.run(function(*args, **kwargs)))


def profiled_here(to: Path | None) -> Any:
    """A block of this process that is sampled; `to`: the profile's file, None for none."""
    return nullcontext() if to is None else profiled(os.getpid(), to)


async def with_notes(origin: str, home: Path | None, count: int) -> tuple[Sequence[str], bytes]:
    """A new account with a journal of `count` notes, all sent; its recovery words and the journal's id.

    The notes go by the outbox, without a push for each: only reading and adding are measured.
    """
    made = await Duolog.register(origin, home=home, unlock=UNLOCK)
    async with made.duolog as ada:
        journal = await ada.create_journal()
        for at in range(count):
            post(ada._context, journal, note(at))
        await ada.sync()
    return made.words, journal


def note(at: int) -> Document:
    """A note whose entry has about 1 KiB."""
    return Document("note", 1, at, {"text": f"{at} {TEXT}"})
