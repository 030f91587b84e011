"""Search everything that can be read here. The words are asked for, since arguments are seen by others."""

from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import times
from duolog.cli.asking import ask_line
from duolog.cli.command import OfflineOption, command, commands
from duolog.cli.filters import (
    Asked,
    FeelingOption,
    FromOption,
    KindOption,
    SinceOption,
    TagOption,
    UntilOption,
    asked_filter,
)
from duolog.cli.run import Run
from duolog.cli.screen import OWN
from duolog.cli.shapes import b64, entry_shape
from duolog.documents.names import SOMEBODY

if TYPE_CHECKING:
    from duolog.client import SearchHit

app = commands()

WhereOption = Annotated[
    str | None, typer.Option("--journal", metavar="JOURNAL", help="In one journal alone; in all of them unless given.")
]


@command(
    app,
    "search",
    examples=("duolog search", "echo 'harbour \"late night\"' | duolog search --from partner --since 2026-11-01"),
    ephemeral=True,
)
def search(
    run: Run,
    journal: WhereOption = None,
    last: Annotated[int, typer.Option("--last", metavar="N", min=1, help="How many of the newest to show.")] = 20,
    kind: KindOption = None,
    who: FromOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    tag: TagOption = False,
    feeling: FeelingOption = False,
    offline: OfflineOption = False,
) -> int:
    """Look for words in all that you can read. Newest first; you are asked for the words.

    Each word is also found as the beginning of a longer one; words in double quotes are found as they stand. Nothing
    may be typed where an option says what to look for. Nobody is told that you search, and no search is kept.
    """
    with run.synced(offline=offline) as duolog:
        chosen = list(duolog.journals()) if journal is None else [run.journal(duolog, journal)]
        words = ask_line("What do you look for?")
        where = asked_filter(duolog, chosen, Asked(kind, who, since, until, tag=tag, feeling=feeling))
        hits = duolog.search(words, where=where, journals=[one.id for one in chosen], limit=last)
        run.screen.result({"hits": [hit_shape(hit) for hit in hits]})
        if not hits:
            run.screen.say("Nothing that can be read here is like that.")
        called = {member.account: member.called for one in chosen for member in one.members}
        places = {one.id: run.label(one.id) for one in chosen} if len(chosen) > 1 else {}
        for hit in hits:
            _say(run, hit, called, places)
        return run.frozen(*chosen)


def hit_shape(hit: "SearchHit") -> dict[str, object]:
    """One entry that was found."""
    parts = [{"text": text, "found": found} for text, found in hit.excerpt]
    return {"journal": b64(hit.shown.journal), "excerpt": parts, "shown": entry_shape(hit.shown)}


def _say(run: Run, hit: "SearchHit", called: dict[bytes, str], places: dict[bytes, str]) -> None:
    shown = hit.shown
    who = called.get(shown.author) or shown.author_name or SOMEBODY
    place = "waits here" if shown.seq is None else str(shown.seq)
    head = f"{times.moment(shown.time)}  {who}, {(shown.kind or '').replace('_', '-')} ({place})"
    if shown.journal in places:
        head += f"  in {places[shown.journal]}"
    if shown.mine:
        run.screen.say(OWN + head, style="own")
    else:
        run.screen.say(head, indent=len(OWN))
    text = "".join(f"[{part}]" if found else part for part, found in hit.excerpt)
    for line in [text] if text else (shown.text or "").split("\n")[:3]:
        run.screen.say(line, indent=9)
