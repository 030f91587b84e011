"""The app for browsers: serve it from this wheel on this computer, and compare a server's with it."""

import contextlib
from typing import Annotated, Any

import typer

from duolog.cli.command import command, commands
from duolog.cli.failures import OK, REFUSED, STOP, Usage
from duolog.cli.run import Run
from duolog.cli.sections import CommandList
from duolog.webapp import WebBuild, read_build

app = commands()

NOT_BUILT = (
    "This `duolog` was made without the app for browsers. Ask for a wheel that has it, or make one in a checkout: "
    "`make web-build`, then `make wheel`."
)
LISTED = (
    "The server lets this page in if its operator lists the address: DUOLOG_WEB_ORIGINS={origin}. Without that, the "
    "page says that the server can't be reached."
)
TOLD = (
    "Only this computer reaches the address. Other people who are logged in here could too: choose a passphrase in the "
    "app. A passkey doesn't work at this address."
)
EQUAL = "All {count} addresses of the app at {origin} answer as this wheel does. Build: {digest}"
LIMITS = "A server can show others something else. This says what it showed this computer, now."
DIFFERENT = (
    "The app at {origin} is not the one of this wheel. If the server runs another release, install its wheel and "
    "compare again. If it says that it runs this one, don't open its app: use `duolog app`, or the command."
)


class AppCommands(CommandList):
    """A list whose first command runs when none is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take `duolog app` for `duolog app serve`, also where options follow. A name that isn't there stays one."""
        named = bool(args) and (not args[0].startswith("-") or args[0] in ("-h", "--help"))
        return super().parse_args(ctx, args if named else ["serve", *args])


ServerOption = Annotated[
    str | None,
    typer.Option("--server", metavar="SERVER", help="The server that the app may ask. Without it: your account's."),
]
OriginArgument = Annotated[str, typer.Argument(metavar="SERVER", help="The server whose app is compared.")]


@command(app, "serve", examples=("duolog app serve", "duolog app serve --server https://journal.example"))
def serve(run: Run, server: ServerOption = None) -> int:
    """Serve the app for browsers on this computer, from this wheel, until Ctrl-C. `duolog app` alone does the same.

    No server can change what this page does. The page asks your journal's server alone.
    """
    from duolog.cli.webapp_server import WebappServer

    build = _build()
    with WebappServer(build, _named_server(server) if server else _own_server(run)) as serving:
        run.screen.result({"address": f"{serving.origin}/app/", "server": serving.server, "build": build.digest})
        run.screen.say("The app is at this address, until you press Ctrl-C here:")
        run.screen.plain(f"  {serving.origin}/app/")
        run.screen.say(f"It asks {serving.server}. Build: {build.digest}")
        run.screen.say(LISTED.format(origin=serving.origin))
        run.screen.say(TOLD)
        with contextlib.suppress(KeyboardInterrupt):
            serving.serve_forever()
    run.screen.say("Stopped.")
    return OK


@command(app, "verify", examples=("duolog app verify https://journal.example",))
def verify(run: Run, server: OriginArgument) -> int:
    """Compare the app that a server hands out with the one of this wheel, file by file. Needs no account.

    It ends with 5 where anything differs, and with 1 where the server has no app.
    """
    from duolog.client.server.web_files import compare_web

    build = _build()
    with run.screen.busy("Comparing"):
        compared = compare_web(build, server)
    run.screen.result(
        {
            "server": compared.origin,
            "build": build.digest,
            "app": compared.has_app,
            "compared": compared.asked,
            "differences": [{"address": one.address, "why": one.why} for one in compared.differences],
        }
    )
    if not compared.has_app:
        run.screen.say(f"There is no app for browsers at {compared.origin}.")
        return REFUSED
    for one in compared.differences:
        run.screen.say(f"{one.address}: {one.why}", style="stop")
    if compared.differences:
        run.screen.say(DIFFERENT.format(origin=compared.origin), style="careful")
        return STOP
    equal = EQUAL.format(count=compared.asked, origin=compared.origin, digest=build.digest)
    run.screen.say(equal, style="good")
    run.screen.say(LIMITS)
    return OK


def _build() -> WebBuild:
    """This wheel's build. Raises: Usage, where it has none; MalformedData, where it is damaged."""
    build = read_build()
    if build is None:
        raise Usage(NOT_BUILT)
    return build


def _named_server(address: str) -> str:
    """The origin of an address. Raises: MalformedData; Usage, where the page would refuse it."""
    from duolog.client.server.http import is_safe
    from duolog.protocol.login import parse_origin

    origin = parse_origin(address)
    if not is_safe(origin):
        raise Usage(f"{origin} is not encrypted, and the app asks no such server. Name its https:// address.")
    return origin


def _own_server(run: Run) -> str:
    """The server of the account here. Raises: Usage."""
    from duolog.client import Duolog

    if not Duolog.has_account(run.folder):
        raise Usage(f"There is no account in {run.folder}: name the server, as in `duolog app serve --server SERVER`.")
    with run.opened() as duolog:
        return duolog.server
