"""Health, limits and keys, documentation and pages. No endpoint here needs a session."""

from asyncio import to_thread

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from app import VERSION
from app.about.documentation import documentation_of
from app.about.install import install_page
from app.about.pages import ICON, ICON_TYPE, home_page, join_page, page, schemas_page
from app.about.security_txt import security_txt
from app.about.specification import schemas, section, sections
from app.addresses import MAX_BODY
from app.problems import NotFound, StorageFull, refusals
from app.restoring.repository import newest_restoration
from app.settings import DAY, Settings
from app.state import Server
from app.web.files import hand_out
from duolog.api.server import Health, Limits, Ready, ReceiptKey, ServerInfo
from duolog.protocol import sizes

router = APIRouter(tags=["about"])

HOUR = 3600  # seconds


_HEALTHY = JSONResponse(Health(status="ok").model_dump())  # always the same


@router.get(
    "/health", operation_id="get_health", summary="Whether the server's process is alive", response_model=Health
)
async def get_health() -> Response:
    """Asks nothing else, so that a process is not restarted for a fault of its database."""
    return _HEALTHY


@router.get(
    "/ready", operation_id="get_ready", summary="Whether the server can take work", responses=refusals(StorageFull)
)
async def get_ready(server: Server) -> Ready:
    """Its database takes writes, and its tables are those of this version. The answer is at most five seconds old."""
    await server.readiness.require()
    return Ready(status="ready")


@router.get("/.well-known/duolog", operation_id="get_server", summary="The server's address, receipt keys and limits")
async def get_server(server: Server) -> ServerInfo:
    """The keys and limits that a client needs before it registers or logs in."""
    return ServerInfo(
        origin=server.settings.public_origin,
        version=VERSION,
        suites=[sizes.SUITE],
        registration=server.settings.registration,
        receipt_keys=[
            ReceiptKey(key=item.key, signature=item.signature, countersignature=item.countersignature)
            for item in server.receipts.keys
        ],
        limits=_limits(server.settings),
        restored_at=await server.database.look_up(newest_restoration),
    )


def _limits(settings: Settings) -> Limits:
    return Limits(
        push_items=sizes.MAX_PUSH_ITEMS,
        push_bytes=sizes.MAX_PUSH_BYTES,
        page_items=sizes.MAX_PAGE_ITEMS,
        blob_bytes=sizes.MAX_BLOB,
        body_bytes=MAX_BODY,
        invitation_seconds=settings.invitation_hours * HOUR,
        session_idle_seconds=settings.session_idle_days * DAY,
        session_absolute_seconds=settings.session_absolute_days * DAY,
        attachment_bytes=settings.attachment_mib * sizes.KIB * sizes.KIB,
    )


@router.get("/openapi.json", include_in_schema=False)
async def get_openapi(request: Request) -> JSONResponse:
    return JSONResponse(request.app.openapi())


@router.get("/docs", include_in_schema=False)
async def get_documentation(request: Request) -> HTMLResponse:
    """The page is made at its first request, beside the loop."""
    return page("Duolog: the API", await to_thread(documentation_of, request.app))


@router.get("/spec", include_in_schema=False)
@router.get("/spec/{name}", include_in_schema=False)
async def get_specification(name: str = "") -> HTMLResponse:
    """One page of the specification, without a name its first."""
    if name not in sections():
        raise NotFound
    return page("Duolog: the specification", await to_thread(section, name))


@router.get("/schemas", include_in_schema=False)
async def get_schemas() -> HTMLResponse:
    """The list of the schemas, and of the protocol's data."""
    if not schemas():
        raise NotFound
    return page("Duolog: schemas", schemas_page())


@router.get("/schemas/{name}", include_in_schema=False)
async def get_schema(name: str) -> Response:
    """One file, under its name."""
    if name not in schemas():
        raise NotFound
    return Response(schemas()[name], media_type="application/json")


@router.get("/icon.svg", include_in_schema=False)
@router.get("/favicon.ico", include_in_schema=False)
async def get_icon() -> Response:
    return Response(ICON, media_type=ICON_TYPE)


@router.get("/.well-known/security.txt", include_in_schema=False)
async def get_security_txt(server: Server) -> PlainTextResponse:
    """The contact for faults of this server, where its settings name one."""
    settings = server.settings
    if not settings.contact:
        raise NotFound
    return PlainTextResponse(security_txt(settings.contact, settings.public_origin, server.now()))


@router.get("/join", include_in_schema=False)
async def get_join(server: Server, request: Request) -> Response:
    """The page behind an invitation link, or the app. The secret is in the fragment, which no browser sends."""
    if server.web is not None:
        return hand_out(server.web, request)
    return page("Join a shared journal", join_page(server.settings.public_origin))


@router.get("/install", include_in_schema=False)
async def get_install(server: Server) -> HTMLResponse:
    """How to install the command on each system."""
    return page("Get the command", install_page(server.wheel, server.settings.public_origin))


@router.get("/install/{name}", include_in_schema=False)
async def get_wheel(server: Server, name: str) -> Response:
    """The command's wheel, under its own name alone."""
    if server.wheel is None or name != server.wheel.name:
        raise NotFound
    return Response(server.wheel.data, media_type="application/octet-stream")


@router.get("/", include_in_schema=False)
async def get_home(server: Server) -> HTMLResponse:
    return page("Duolog", home_page(server.settings.contact, has_app=server.web is not None))
