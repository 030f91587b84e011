"""How the help lists commands: under headings, in the order in which people need them, each with its first sentence.

Every command of `duolog` stands under one heading; a test holds that. A group inside it has a list without headings.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from typer.core import TyperGroup

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "Beginning": ("register", "invite", "join", "verify", "profile", "status"),
    "Every day": (
        *("news", "watch", "today", "write", "thank", "win", "timeline", "comment", "search", "prompts"),
        *("attachment", "draft", "reminder", "import", "app"),
    ),
    "Together": (
        *("boundary", "checkin", "review", "checkins", "pause", "extend", "return", "pauses"),
        *("habit", "offer", "plan", "promise", "breach", "report"),
    ),
    "Letters": (
        *("disclose", "supplement", "impact", "repair", "letter"),
        *("acknowledge", "reflect", "heard", "not-quite", "respond", "set-aside"),
    ),
    "What you wrote, and copies of it": ("withdraw", "keep", "erase", "export", "verify-export"),
    "Your journals, and who reads them": ("journal", "confidant", "partner", "sync", "heads", "close"),
    "Your account and safety": (
        *("unlock", "lock", "find-help", "device", "session", "recovery", "restore", "account", "move", "follow"),
    ),
}


class CommandList(TyperGroup):
    """A group whose help shows the whole first sentence of each command, wrapped where it is long."""

    headings: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """The names in the order of the help."""
        listed = [name for names in self.headings.values() for name in names if name in self.commands]
        return listed + [name for name in self.commands if name not in listed]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list, under its headings where it has some."""
        names = self.list_commands(ctx)
        for heading, under in self._parts(names):
            rows = [(name.ljust(max(map(len, names))), _sentence(self.commands[name].help)) for name in under]
            with formatter.section(heading):
                formatter.write_dl(rows)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is meant. A name that stands elsewhere is refused with the place where it stands."""
        if args and args[0] not in self.commands and (places := self._places(args[0])):
            ctx.fail(f"There is no `{ctx.command_path} {args[0]}`. There is {places}.")
        return super().resolve_command(ctx, args)

    def _places(self, name: str) -> str:
        """The commands of this name elsewhere, or nothing."""
        if not self.headings:
            return f"`duolog {name}`" if any(name in names for names in HEADINGS.values()) else ""
        groups = [(above, part) for above, part in self.commands.items() if isinstance(part, TyperGroup)]
        return " and ".join(f"`duolog {above} {name}`" for above, part in groups if name in part.commands)

    def _parts(self, names: list[str]) -> Iterator[tuple[str, list[str]]]:
        """The headings with their commands; a command without a heading comes last."""
        known = {name for under in self.headings.values() for name in under}
        others = "Others" if self.headings else "Commands"
        for heading, under in {**self.headings, others: tuple(name for name in names if name not in known)}.items():
            if listed := [name for name in under if name in names]:
                yield heading, listed


class AllCommands(CommandList):
    """The commands of `duolog`, under the headings of `HEADINGS`."""

    headings = HEADINGS


def _sentence(text: str | None) -> str:
    """The first sentence of a help text, on one line."""
    first = " ".join((text or "").split("\n\n")[0].split())
    return first.partition(". ")[0].rstrip(".") + "." if first else ""
