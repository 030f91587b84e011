"""How a function becomes a command: the shared options, the screen, and errors as words and exit codes."""

import functools
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer
from typer.core import TyperCommand

from duolog.cli.failures import OK, Ended, explain
from duolog.cli.run import Run
from duolog.cli.screen import Screen
from duolog.cli.sections import CommandList

P = ParamSpec("P")

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="DUOLOG_HOME",
        show_envvar=False,
        metavar="FOLDER",
        help="The folder with your keys and what you have read. Also DUOLOG_HOME.",
    ),
]
EphemeralOption = Annotated[
    str | None,
    typer.Option(
        "--ephemeral",
        metavar="SERVER",
        help="Leave nothing on this computer: asks for your recovery words, and works in memory.",
    ),
]
PassphraseOption = Annotated[
    int | None,
    typer.Option("--passphrase-fd", metavar="N", help="Read the passphrase from this open file descriptor."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for scripts.")]

# Commands that work in a journal take these two as well.
JournalOption = Annotated[
    str | None, typer.Option("--journal", metavar="JOURNAL", help="Which journal, if you have several.")
]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Show what is here, without asking the server.")]

_SHARED = [
    inspect.Parameter("home", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=HomeOption),
    inspect.Parameter("passphrase_fd", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=PassphraseOption),
    inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=JsonOption),
]
_EPHEMERAL = inspect.Parameter("ephemeral", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=EphemeralOption)


def has_home() -> bool:
    """Whether there is an account in the home that a command without --home uses."""
    from duolog.client import default_home
    from duolog.client.blocking import Duolog

    return Duolog.has_account(Path(os.environ.get("DUOLOG_HOME") or default_home()).expanduser())


class OneCommand(TyperCommand):
    """A command that says where texts belong when somebody types one as an argument, and doesn't repeat it."""

    allow_extra_args = True

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the options and arguments that the command knows."""
        rest = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            ctx.fail(
                f"`{ctx.command_path}` takes nothing more behind it. Texts are typed when it asks, or come from "
                "standard input: the shell keeps what is on its line."
            )
        return rest


def commands() -> typer.Typer:
    """An empty list of commands. `duolog.cli.main` puts them under their noun."""
    return typer.Typer()


def group(name: str, purpose: str, *parts: typer.Typer, cls: type[CommandList] = CommandList) -> typer.Typer:
    """A group of commands, from lists of them. `cls`: how its help lists them."""
    whole = typer.Typer(
        name=name,
        cls=cls,
        help=purpose,
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    for part in parts:
        whole.registered_commands.extend(part.registered_commands)
    return whole


def command(
    where: typer.Typer, name: str, *, examples: tuple[str, ...], ephemeral: bool = False
) -> Callable[[Callable[Concatenate[Run, P], int | None]], Callable[Concatenate[Run, P], int | None]]:
    """Make a function a command. The function gets a `Run` first, then its own options; it may return an exit code.

    `ephemeral`: whether the command makes sense from the recovery words alone, in memory.
    """

    def add(function: Callable[Concatenate[Run, P], int | None]) -> Callable[Concatenate[Run, P], int | None]:
        @functools.wraps(function)
        def wrapper(**values: Any) -> None:
            run = Run(
                home=values.pop("home"),
                passphrase_fd=values.pop("passphrase_fd"),
                screen=Screen(as_json=values.pop("as_json")),
                ephemeral=values.pop("ephemeral", None),
            )
            raise typer.Exit(_guarded(run, functools.partial(function, run, **values)))

        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        options = [*own, *([_EPHEMERAL] if ephemeral else []), *_SHARED]
        wrapper.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
        wrapper.__annotations__ = {p.name: p.annotation for p in options}
        del wrapper.__wrapped__
        shown = "\n".join(f"  {line}" for line in examples)
        where.command(name, cls=OneCommand, epilog=f"\b\nExample{'s' if len(examples) > 1 else ''}:\n{shown}")(wrapper)
        return function

    return add


def _guarded(run: Run, act: Callable[[], int | None]) -> int:
    try:
        code = act() or OK
        run.screen.end()
        return code
    except BrokenPipeError:
        raise  # the reader of our output has seen enough; main() ends quietly
    except (Exception, KeyboardInterrupt, Ended) as error:  # noqa: BLE001 - the one place where any error becomes words
        return run.fail(explain(error))
