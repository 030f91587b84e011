"""The addresses of the app for browsers. Nothing is there until the operator turns the app on."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.problems import NotFound
from app.state import Server
from app.web.files import hand_out

router = APIRouter()


@router.get("/app", include_in_schema=False)
@router.get("/app/{name:path}", include_in_schema=False)
async def get_app(server: Server, request: Request) -> Response:
    """The page at `/app` and `/app/`, and each file of the build under its own name alone."""
    if server.web is None:
        raise NotFound
    return hand_out(server.web, request)
