"""The build that this server hands out, and its files as answers."""

from starlette.requests import Request
from starlette.responses import Response

from app.problems import NotFound
from app.settings import Settings
from duolog.errors import MalformedData
from duolog.webapp import FOLDER, WebBuild, read_build


def read_web(settings: Settings) -> WebBuild | None:
    """The build, where the settings turn the app on; else None.

    Raises: MalformedData, where it is missing or damaged.
    """
    if settings.web == "off":
        return None
    build = read_build()
    if build is None:
        raise MalformedData(f"The app for browsers was never built: there is none in {FOLDER}.")
    return build


def hand_out(build: WebBuild, request: Request) -> Response:
    """The file at a request's address. Raises: NotFound."""
    file = build.find(request.url.path)
    if file is None:
        raise NotFound
    headers = request.headers
    answer = build.answer(file, accepts=headers.get("accept-encoding", ""), has=headers.get("if-none-match", ""))
    return Response(answer.data, answer.status, dict(answer.headers))
