"""Every query of the server that a request or a round of retention asks, with what it asks for at a place."""

from __future__ import annotations

from app.access import repository as access
from app.access.repository import Caller, JournalMember, hash_token
from app.accounts import repository as accounts
from app.attachments import repository as attachments
from app.auditing import repository as auditing
from app.carrying import repository as carrying
from app.chains import repository as chains
from app.entries import repository as entries
from app.events import repository as events
from app.invitations import repository as invitations
from app.journals import member_repository as members
from app.journals import proposal_repository as proposals
from app.journals import repository as journals
from app.journals.repository import NewItem
from app.leaving import destroying_repository as destroying
from app.leaving import repository as leaving
from app.objects import repository as objects
from app.origins import repository as origins
from app.origins.repository import EarlierServer
from app.quotas import repository as quotas
from app.rendezvous import repository as rendezvous
from app.restoring import repository as restoring
from app.retention import repository as retention
from app.sessions import repository as sessions
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.keyholder_sets import Keyholder
from duolog.protocol.log import LogState
from duolog.protocol.receipts import Receipt
from duolog.protocol.roster_changes import Roster
from duolog.protocol.statements import SignedStatement
from tests.plans.filling import DAY, NOW, PUSH, Place, name_of, roster_of
from tests.plans.query import Query, call

EARLIER = NOW - DAY


def _caller(at: Place) -> Caller:
    token = at.thing("token 0", 0)
    return Caller(at.account, at.thing("keyholder 0", 0), hash_token(token), touch=False)


def _member(at: Place) -> JournalMember:
    return JournalMember(at.account, at.journal, "partner", "write")


def _roster(at: Place, accepted: int = 0) -> Roster:
    used = frozenset(at.thing("acceptance", number) for number in range(accepted))
    parsed = journals._parse_roster(roster_of(at))
    return Roster(at.journal, bytes(32), at.account, 1, bytes(32), parsed.members, False, 1, bytes(32), False, {}, used)


def _state(at: Place) -> LogState:
    return LogState(at.journal, at.length, bytes(32), NOW, None, _roster(at), closed=False)


def _items(at: Place) -> list[NewItem]:
    made = (at.length + number for number in range(1, PUSH + 1))
    return [NewItem(seq, 2, bytes(32), b"header", at.entry(seq), blob_hash=bytes(32), blob=b"blob") for seq in made]


def _entries(at: Place, count: int) -> list[bytes]:
    return [at.entry(seq) for seq in at.last(count)]


def _proposal(at: Place) -> proposals.NewProposal:
    return proposals.NewProposal(SignedStatement(roster_of(at), ()), {}, None)


def _invitation(at: Place) -> invitations.Invitation:
    return invitations.Invitation(at.journal, at.account, b"sealed", NOW + DAY, None, None, None)


_SET = SignedAccountStatement(b"{}", (bytes(64),))
_CODE = "7"


QUERIES = (
    # --- who calls ---
    Query(access.find_caller, lambda at: call(at.thing("token 0", 0), NOW, DAY, at.journal)),
    Query(access.find_session, lambda at: call(_caller(at))),
    Query(access.note_use, lambda at: call(_caller(at), NOW)),
    Query(access.keyholders_of, lambda at: call(at.account)),
    Query(access.end_keyholders, lambda at: call(at.account, [at.thing("keyholder 0", 1)], NOW)),
    Query(access.end_sessions_of, lambda at: call(at.account, [at.thing("keyholder 0", 1)])),
    Query(access.lock_accounts, lambda at: call(at.members)),
    Query(access.find_member, lambda at: call(at.account, at.journal, NOW)),
    Query(sessions.add_challenge, lambda at: call(at.thing("challenge"), at.thing("keyholder 0", 0), NOW + 60, NOW)),
    Query(sessions.take_challenge, lambda at: call(name_of("challenge", 7), bytes(32), NOW)),
    Query(sessions.add_session, lambda at: call(_caller(at), NOW + 2 * DAY, NOW + 3 * DAY, NOW - DAY)),
    Query(sessions.end_sessions_except, lambda at: call(at.account, [at.thing("keyholder 0", 0)])),
    Query(sessions.end_session, lambda at: call(_caller(at))),
    Query(sessions.end_other_sessions, lambda at: call(_caller(at))),
    Query(sessions.end_session_by_id, lambda at: call(at.account, _caller(at).token_hash[:8])),
    Query(sessions.list_sessions, lambda at: call(at.account, NOW, NOW - DAY, 100)),
    # --- accounts ---
    Query(accounts.find_account, lambda at: call(at.account)),
    Query(accounts.existing_accounts, lambda at: call(at.members)),
    Query(accounts.lock_keyholder, lambda at: call(at.thing("keyholder 0", 0))),
    Query(accounts.any_keyholder, lambda at: call([at.thing("keyholder 0", 0), bytes(32)])),
    Query(accounts.add_account, lambda at: call(at.thing("new"), accounts.StoredAccount(bytes(32), bytes(32)))),
    Query(accounts.add_sets, lambda at: call(at.thing("new"), [_SET])),
    Query(
        accounts.add_keyholders, lambda at: call(at.account, [Keyholder(bytes(32), "device", bytes(32), bytes(32))], {})
    ),
    Query(accounts.end_keyholders_except, lambda at: call(at.account, [at.thing("keyholder 0", 0)], NOW)),
    Query(accounts.add_packages, lambda at: call(at.account, 2, {bytes(32): b"sealed"})),
    Query(accounts.replace_packages, lambda at: call(at.account, 2, {bytes(32): b"sealed"})),
    Query(accounts.add_earlier_seed, lambda at: call(at.account, at.length, b"sealed")),
    Query(accounts.load_earlier_seeds, lambda at: call(at.account, 10, 10)),
    Query(accounts.load_anchors, lambda at: call(at.account)),
    Query(accounts.load_sets, lambda at: call(at.account, 10, 10)),
    Query(accounts.load_newest_set, lambda at: call(at.account)),
    Query(accounts.has_set, lambda at: call(at.account, 2, b"{}")),
    Query(accounts.load_own_keys, lambda at: call(at.account, at.thing("keyholder 0", 0))),
    Query(accounts.add_code, lambda at: call("new", NOW)),
    Query(accounts.use_code, lambda at: call(_CODE, NOW)),
    Query(chains.add_statement, lambda at: call(at.account, at.length, _SET)),
    Query(chains.load_own_page, lambda at: call(at.account, 10, 10)),
    Query(quotas.add, lambda at: call(at.account, "entry", NOW // DAY, 1, 100)),
    # --- journals: a push, a poll, rosters ---
    Query(journals.load_log, lambda at: call(at.journal)),
    Query(journals.load_log, lambda at: call(at.journal, lock=True), "to append"),
    Query(journals.lock_log, lambda at: call(at.journal, NOW)),
    Query(journals.is_held, lambda at: call(at.journal)),
    Query(journals.due_closings, lambda at: call(at.journal, NOW)),
    Query(journals.drop_closings, lambda at: call(at.journal, [at.account])),
    Query(journals.find_known, lambda at: call(at.journal, [at.entry(50)], []), "one entry"),
    Query(journals.find_known, lambda at: call(at.journal, _entries(at, 100), []), "a push of entries"),
    Query(journals.find_known, lambda at: call(at.journal, [], [2]), "a roster"),
    Query(journals.find_known, lambda at: call(at.journal, _entries(at, 5), [2, 3]), "both"),
    Query(journals.digest_at, lambda at: call(at.journal, at.length)),
    Query(journals.receipt_at, lambda at: call(at.journal, at.length)),
    Query(journals.time_of_version, lambda at: call(at.journal, at.versions)),
    Query(journals.add_journal, lambda at: call(_state(Place("new", 1)), _roster(at), b"{}")),
    Query(journals.move_journal, lambda at: call(_state(at), _roster(at), None)),
    Query(journals.close_journal, lambda at: call(at.journal, at.account, NOW)),
    Query(
        journals.add_items,
        lambda at: call(at.journal, _items(at), {at.length + PUSH: Receipt(at.length, bytes(32), NOW, bytes(64))}),
    ),
    Query(journals.add_grants, lambda at: call(at.journal, {at.length: {at.account: b"sealed"}})),
    Query(journals.list_journals, lambda at: call(at.account, b"", 100, NOW, EARLIER)),
    Query(members.save_members, lambda at: call(_roster(at, 1), _roster(at, 1))),
    Query(members.save_members, lambda at: call(_roster(at), None), "of a new journal"),
    Query(members.save_memberships, lambda at: call(_roster(at))),
    Query(members.name_accounts, lambda at: call(at.journal, at.members)),
    Query(members.named_accounts, lambda at: call(at.journal)),
    Query(members.use_acceptances, lambda at: call(at.journal, [bytes(32)])),
    Query(members.load_named_chains, lambda at: call(at.journal, None, 0, 20), "of everybody"),
    Query(members.load_named_chains, lambda at: call(at.journal, at.account, 10, 10), "of one"),
    Query(proposals.add, lambda at: call(_member(at), _proposal(at), NOW)),
    Query(proposals.measure_own, lambda at: call(_member(at))),
    Query(proposals.list_waiting, lambda at: call(at.journal, EARLIER)),
    Query(proposals.drop, lambda at: call(at.journal, at.thing("proposal"))),
    Query(proposals.drop_all, lambda at: call(at.journal)),
    Query(proposals.drop_all, lambda at: call(at.journal, EARLIER), "old ones"),
    # --- entries: a pull ---
    Query(entries.load_page, lambda at: call(at.journal, at.account, at.length - 50, 50), "the newest"),
    Query(entries.load_page, lambda at: call(at.journal, at.account, at.length, 50), "nothing new"),
    Query(entries.load_page, lambda at: call(at.journal, at.account, 0, 100), "the first"),
    # --- invitations, rendezvous ---
    Query(invitations.find, lambda at: call(at.thing("invitation", 0, 16))),
    Query(invitations.find, lambda at: call(at.thing("invitation", 0, 16), lock=True), "to answer"),
    Query(invitations.add, lambda at: call(_member(at), bytes(16), b"sealed", NOW)),
    Query(invitations.list_own, lambda at: call(_member(at), NOW, 100)),
    Query(invitations.count_own, lambda at: call(_member(at))),
    Query(invitations.drop_ended, lambda at: call(at.journal, NOW, EARLIER)),
    Query(invitations.drop, lambda at: call(_member(at), at.thing("invitation", 0, 16))),
    Query(
        invitations.save_answer,
        lambda at: call(_invitation(at), at.thing("invitation", 0, 16), at.partner, b"answer"),
    ),
    Query(invitations.save_reveal, lambda at: call(_invitation(at), at.thing("invitation", 0, 16), b"reveal")),
    Query(invitations.use_for_registration, lambda at: call(at.thing("invitation", 0, 16), NOW)),
    Query(rendezvous.drop_expired, lambda at: call(NOW)),
    Query(rendezvous.add, lambda at: call(rendezvous.Place(bytes(16), "new", 1), b"sealed", NOW)),
    Query(rendezvous.find, lambda at: call(rendezvous.Place(name_of("rendezvous", 7, 16), "new", 1), NOW)),
    # --- leaving: closings, marks, withdrawals ---
    Query(leaving.waiting_journals, lambda at: call(at.account)),
    Query(leaving.find_closing, lambda at: call(at.account, at.journal)),
    Query(leaving.drop_closings, lambda at: call(at.account, [at.journal])),
    Query(leaving.drop_generation, lambda at: call(at.account, 1)),
    Query(leaving.add_closings, lambda at: call(at.account, 1, [])),
    Query(leaving.destroy_unheld, lambda at: call([at.journal], NOW, at.last(20)), "at some places"),
    Query(leaving.empty_unheld, lambda at: call([at.journal], at.last(20))),
    Query(leaving.lock_journals, lambda at: call([at.journal])),
    Query(leaving.find_entries, lambda at: call(at.journal, _entries(at, 1)), "one"),
    Query(leaving.find_entries, lambda at: call(at.journal, _entries(at, 100)), "many"),
    Query(leaving.receipt_over, lambda at: call(at.journal, at.length - 8)),
    Query(leaving.mark_withdrawn, lambda at: call(at.journal, at.length, at.length)),
    Query(leaving.keep, lambda at: call(at.account, at.journal, at.last(100))),
    Query(leaving.erase, lambda at: call(at.account, at.journal, at.last(100))),
    Query(destroying.journals_of, lambda at: call(at.account)),
    Query(destroying.open_with_others, lambda at: call(at.account, [at.journal], NOW)),
    Query(destroying.end_membership, lambda at: call(at.account, [at.journal])),
    Query(destroying.end_access, lambda at: call([at.journal], NOW)),
    Query(destroying.abandoned, lambda at: call(NOW, [at.journal])),
    Query(destroying.destroy_journals, lambda at: call([at.journal])),
    Query(destroying.destroy_account, lambda at: call(at.account)),
    Query(destroying.destroy_chains, lambda at: call([at.account])),
    # --- attachments ---
    Query(attachments.find, lambda at: call(at.journal, at.attachment(70))),
    Query(attachments.is_closed, lambda at: call(at.journal)),
    Query(attachments.add, lambda at: call(at.journal, bytes(16), at.account, 100, bytes(16), NOW, None)),
    Query(attachments.count_parts, lambda at: call(at.journal, at.attachment(70), bytes(16), (0, 2))),
    Query(attachments.give_to, lambda at: call(at.journal, at.attachment(70), 70)),
    Query(attachments.find_held, lambda at: call(at.journal, at.account, at.attachment(70))),
    Query(attachments.find_entry, lambda at: call(at.journal, at.account, at.entry(70))),
    Query(objects.name, lambda at: call(at.journal, at.account, {at.attachment(at.length + 1): at.length})),
    Query(objects.doom_one, lambda at: call(at.journal, at.attachment(70))),
    Query(objects.doom_of_journals, lambda at: call([at.journal])),
    Query(objects.doom_unnamed, lambda at: call(at.account, [at.journal]), "in a journal"),
    Query(objects.doom_unnamed, lambda at: call(at.account), "in all journals"),
    Query(objects.journals_to_sweep, lambda at: call(NOW - DAY)),
    Query(objects.sweep, lambda at: call([at.journal], NOW - DAY)),
    Query(objects.doomed_places, lambda at: call(NOW, 50)),
    Query(objects.note_cleared, lambda at: call([name_of("doomed", 0, 16)], NOW)),
    # --- carrying, restoring ---
    Query(carrying.is_member, lambda at: call(at.account, at.journal)),
    Query(carrying.known_items, lambda at: call(at.journal, at.length - 50, at.length)),
    Query(carrying.known_entries, lambda at: call(at.journal, _entries(at, 1)), "one"),
    Query(carrying.known_entries, lambda at: call(at.journal, _entries(at, 256)), "a page"),
    Query(carrying.put_back, lambda at: call(at.journal, {at.length: b"blob"})),
    Query(carrying.move_rows, lambda at: call(at.journal, bytes(32))),
    Query(origins.load_origins, lambda at: call(at.journal)),
    Query(
        origins.save_origin,
        lambda at: call(at.journal, origins.Origins((), True), EarlierServer(9, "https://other.test", bytes(32))),
    ),
    Query(origins.complete_origins, lambda at: call(at.journal, [])),
    Query(origins.touch_origins, lambda at: call(at.journal, NOW)),
    Query(origins.unfinished_journals, lambda at: call(NOW, [at.journal]), "of these"),
    Query(restoring.newest_restoration, lambda at: call()),
    Query(restoring.hold, lambda at: call(at.journal)),
    Query(restoring.release, lambda at: call(at.journal)),
    Query(restoring.confirm, lambda at: call(at.journal, at.account, bytes(32))),
    Query(restoring.lacking, lambda at: call(at.journal, at.members)),
    Query(restoring.load_marker, lambda at: call()),
    Query(restoring.save_marker, lambda at: call(bytes(16))),
    Query(events.members_of, lambda at: call([at.journal], NOW)),
    Query(
        events.look, lambda at: call([at.account], [_caller(at).token_hash], [at.journal], NOW, DAY), "at one journal"
    ),
    Query(events.look, lambda at: call([at.account], [_caller(at).token_hash], None, NOW, DAY), "at all"),
    # --- rounds of retention ---
    Query(retention.journals_with_due_closing, lambda at: call(NOW)),
    Query(retention.drop_challenges, lambda at: call(NOW)),
    Query(retention.drop_sessions, lambda at: call(NOW, NOW - DAY)),
    Query(retention.drop_rendezvous, lambda at: call(NOW)),
    Query(retention.drop_invitations, lambda at: call(EARLIER)),
    Query(retention.drop_proposals, lambda at: call(EARLIER)),
    Query(origins.start_waiting, lambda at: call(NOW)),
    Query(origins.unfinished_journals, lambda at: call(NOW)),
    Query(destroying.journals_to_settle, lambda at: call(NOW, 50)),
    Query(leaving.unheld_journals, lambda at: call(NOW)),
    Query(leaving.destroy_unheld, lambda at: call([at.journal], NOW), "in a whole journal"),
    # --- an audit beside the server ---
    Query(auditing.next_accounts, lambda at: call(bytes(32), 50)),
    Query(auditing.next_journals, lambda at: call(bytes(32), 50)),
    Query(auditing.keyholders_of, lambda at: call(at.account)),
    Query(auditing.packages_of, lambda at: call(at.account)),
    Query(auditing.find_journal, lambda at: call(at.journal)),
    Query(auditing.items_after, lambda at: call(at.journal, at.length - 50, 50)),
    Query(auditing.grants_at, lambda at: call(at.journal, 1)),
    Query(auditing.attachments_at, lambda at: call(at.journal, at.length - 50, at.length)),
    Query(auditing.acceptances_of, lambda at: call(at.journal)),
    Query(auditing.memberships_of, lambda at: call(at.journal)),
    Query(auditing.stored_attachments, lambda at: call(bytes(16), 50)),
)
