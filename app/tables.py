"""Every table of every feature, imported so that `metadata` is complete."""

import app.access.table
import app.accounts.table
import app.chains.table
import app.invitations.table
import app.journals.table
import app.leaving.table
import app.objects.table
import app.origins.table
import app.quotas.table
import app.rendezvous.table
import app.restoring.table
import app.sessions.table  # noqa: F401 - importing is what registers the tables
from app.database import metadata

__all__ = ["metadata"]
