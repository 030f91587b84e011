"""The next keyholder set of the same generation.

Rules (spec §4.11):
- It follows the newest set, and adds keyholders or names another rotator: leaving one out, or changing one,
  takes a rotation.
- Each new keyholder brings one package, and an anchor unless it is a device; nobody else brings anything.
- The same set again changes nothing.
"""

from sqlalchemy import Connection

from app.access.repository import Caller
from app.accounts import repository
from app.accounts.changing import anchored, lock_account, new_in, next_set, read_set, require_unknown
from app.problems import RuleBroken, SetMoved
from app.quotas.service import Quotas
from duolog.api.accounts import SetRequest


def change(connection: Connection, caller: Caller, request: SetRequest, quotas: Quotas, now: int) -> None:
    """Take the next set.

    Raises:
        SetMoved: it does not follow the newest set, or is of another generation than the newest.
        AccountExists: a new keyholder is known to the server already.
        RuleBroken, Malformed: as the rules say.
        NotFound, SessionMissing: the account or the session has gone a moment ago.
        DailyLimit: there were as many as there may be.
    """
    signed = request.set.signed()
    wanted = read_set(signed)
    before = lock_account(connection, caller)
    if repository.has_set(connection, caller.account, wanted.version, signed.statement):
        return
    if wanted.generation != before.chain.newest.generation:
        raise SetMoved
    after = next_set(before, before.chain, signed)
    new = new_in(after, before.newest)
    if not set(before.newest.keyholders) <= set(after.keyholders):  # check: server.set_removes
        raise RuleBroken
    if sorted(item.keyholder for item in request.packages) != [item.id for item in new]:  # check: server.set_packages
        raise RuleBroken
    if sorted(item.keyholder for item in request.anchors) != anchored(new):  # check: server.set_anchors
        raise RuleBroken
    require_unknown(connection, new)
    account = caller.account
    repository.add_sets(connection, account, [signed], after.version)
    repository.add_keyholders(connection, account, new, {item.keyholder: item.mac for item in request.anchors})
    packages = {item.keyholder: item.package for item in request.packages}
    repository.add_packages(connection, account, after.generation, packages)
    quotas.spend(connection, account, "sets", now)
