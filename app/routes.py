"""The map of the server: one line per feature."""

from fastapi import FastAPI
from starlette.routing import BaseRoute

from app.about.endpoints import router as about
from app.accounts.endpoints import router as accounts
from app.attachments.endpoints import router as attachments
from app.carrying.endpoints import router as carrying
from app.entries.endpoints import router as entries
from app.events.endpoints import router as events
from app.invitations.endpoints import router as invitations
from app.journals.endpoints import router as journals
from app.leaving.endpoints import router as leaving
from app.rendezvous.endpoints import router as rendezvous
from app.restoring.endpoints import router as restoring
from app.rotations.endpoints import router as rotations
from app.sessions.endpoints import router as sessions
from app.web.endpoints import router as web

FEATURES = (
    about,  # /health, /.well-known/duolog, /docs, /join: what the server says about itself
    web,  # /app: the app for browsers, where it is on
    accounts,  # /v1/accounts, /v1/account, /v1/account/sets
    rotations,  # /v1/account/rotations
    rendezvous,  # /v1/rendezvous: where a new device meets one that the account has
    sessions,  # /v1/challenges, /v1/sessions
    journals,  # /v1/journals: create, list, chains, proposals
    entries,  # /v1/journals/{journal}/entries: push and pull
    events,  # /v1/events: a stream that wakes a client where something is new
    attachments,  # /v1/journals/{journal}/attachments: parts up, bytes and ranges down
    invitations,  # /v1/journals/{journal}/invitations, /v1/invitations
    carrying,  # /v1/carried: accounts and journals that come from another server
    restoring,  # /v1/journals/{journal}/end: after the server went back to an older state
    leaving,  # /v1/journals/{journal}: closing, withdrawals, holdings, letting go; DELETE /v1/account
)


ROUTES = [route for feature in FEATURES for route in feature.routes]  # as the document lists them

# Asked all the time. Routes are tried one after the other, so these go first.
OFTEN = (
    *(("GET", "/health"), ("GET", "/v1/journals")),
    *(("GET", "/v1/journals/{journal}/entries"), ("POST", "/v1/journals/{journal}/entries")),
)


def add_routes(app: FastAPI) -> None:
    """Give the application every feature's routes, side by side: a request that is matched through a router for each
    feature pays for every router before its own.
    """
    app.router.routes.extend(sorted(ROUTES, key=_rank))


def _rank(route: BaseRoute) -> int:
    path, methods = getattr(route, "path", ""), getattr(route, "methods", None) or ()
    return next((OFTEN.index((method, path)) for method in methods if (method, path) in OFTEN), len(OFTEN))
