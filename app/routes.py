"""The map of the server: one line per feature."""

from fastapi import APIRouter

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

router = APIRouter()
router.include_router(about)  # /health, /.well-known/duolog, /docs, /join: what the server says about itself
router.include_router(accounts)  # /v1/accounts, /v1/account, /v1/account/sets
router.include_router(rotations)  # /v1/account/rotations
router.include_router(rendezvous)  # /v1/rendezvous: where a new device meets one that the account has
router.include_router(sessions)  # /v1/challenges, /v1/sessions
router.include_router(journals)  # /v1/journals: create, list, chains, proposals
router.include_router(entries)  # /v1/journals/{journal}/entries: push and pull
router.include_router(events)  # /v1/events: a stream that wakes a client where something is new
router.include_router(attachments)  # /v1/journals/{journal}/attachments: parts up, bytes and ranges down
router.include_router(invitations)  # /v1/journals/{journal}/invitations, /v1/invitations
router.include_router(carrying)  # /v1/carried: accounts and journals that come from another server
router.include_router(restoring)  # /v1/journals/{journal}/end: after the server went back to an older state
router.include_router(leaving)  # /v1/journals/{journal}: closing, withdrawals, holdings, letting go; DELETE /v1/account
