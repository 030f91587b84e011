"""Each class of the library without `await`.

Written by `make blocking-faces` from the classes; a test keeps it true.
"""

from duolog.client.account.keyholders import Keyholders as AsyncKeyholders
from duolog.client.duolog import Duolog as AsyncDuolog
from duolog.client.importing.importing import Importing as AsyncImporting
from duolog.client.journals.attachments import Attachments as AsyncAttachments
from duolog.client.journals.boundaries import Boundaries as AsyncBoundaries
from duolog.client.journals.breaches import Breaches as AsyncBreaches
from duolog.client.journals.check_ins import CheckIns as AsyncCheckIns
from duolog.client.journals.disclosures import Disclosures as AsyncDisclosures
from duolog.client.journals.drafts import Drafts as AsyncDrafts
from duolog.client.journals.pauses import Pauses as AsyncPauses
from duolog.client.journals.promises import Promises as AsyncPromises
from duolog.client.journals.reminders import Reminders as AsyncReminders
from duolog.client.leaving.leaving import Leaving as AsyncLeaving
from duolog.client.moving.moving import Moving as AsyncMoving
from duolog.client.pairing.members import Members as AsyncMembers
from duolog.client.portal import Face, gives, itself, steps, waits
from duolog.client.watching import Watch as AsyncWatch


class Attachments(Face[AsyncAttachments]):
    """`duolog.client.Attachments` without `await`."""

    list = waits(AsyncAttachments.list)
    save = waits(AsyncAttachments.save)
    open = waits(AsyncAttachments.open)
    preview = waits(AsyncAttachments.preview)
    drop = waits(AsyncAttachments.drop)
    is_first = waits(AsyncAttachments.is_first)


class Boundaries(Face[AsyncBoundaries]):
    """`duolog.client.Boundaries` without `await`."""

    propose = waits(AsyncBoundaries.propose)
    counter = waits(AsyncBoundaries.counter)
    accept = waits(AsyncBoundaries.accept)
    decline = waits(AsyncBoundaries.decline)
    take_back = waits(AsyncBoundaries.take_back)
    contest = waits(AsyncBoundaries.contest)
    amend = waits(AsyncBoundaries.amend)
    retire = waits(AsyncBoundaries.retire)
    list = waits(AsyncBoundaries.list)
    show = waits(AsyncBoundaries.show)


class Breaches(Face[AsyncBreaches]):
    """`duolog.client.Breaches` without `await`."""

    list = waits(AsyncBreaches.list)
    show = waits(AsyncBreaches.show)
    own_up = waits(AsyncBreaches.own_up)
    saw = waits(AsyncBreaches.saw)
    account = waits(AsyncBreaches.account)
    close = waits(AsyncBreaches.close)
    reopen = waits(AsyncBreaches.reopen)


class CheckIns(Face[AsyncCheckIns]):
    """`duolog.client.CheckIns` without `await`."""

    list = waits(AsyncCheckIns.list)
    show = waits(AsyncCheckIns.show)
    begin = waits(AsyncCheckIns.begin)
    answer = waits(AsyncCheckIns.answer)
    reveal = waits(AsyncCheckIns.reveal)
    waits_for_me = waits(AsyncCheckIns.waits_for_me)
    set_aside = waits(AsyncCheckIns.set_aside)
    answers = waits(AsyncCheckIns.answers)


class Disclosures(Face[AsyncDisclosures]):
    """`duolog.client.Disclosures` without `await`."""

    list = waits(AsyncDisclosures.list)
    show = waits(AsyncDisclosures.show)
    tell = waits(AsyncDisclosures.tell)
    supplement = waits(AsyncDisclosures.supplement)
    acknowledge = waits(AsyncDisclosures.acknowledge)
    reflect = waits(AsyncDisclosures.reflect)
    heard = waits(AsyncDisclosures.heard)
    not_quite = waits(AsyncDisclosures.not_quite)
    respond = waits(AsyncDisclosures.respond)
    set_aside = waits(AsyncDisclosures.set_aside)


class Pauses(Face[AsyncPauses]):
    """`duolog.client.Pauses` without `await`."""

    list = waits(AsyncPauses.list)
    show = waits(AsyncPauses.show)
    call = waits(AsyncPauses.call)
    extend = waits(AsyncPauses.extend)
    come_back = waits(AsyncPauses.come_back)
    of_others = waits(AsyncPauses.of_others)


class Promises(Face[AsyncPromises]):
    """`duolog.client.Promises` without `await`."""

    list = waits(AsyncPromises.list)
    show = waits(AsyncPromises.show)
    habit = waits(AsyncPromises.habit)
    offer = waits(AsyncPromises.offer)
    plan = waits(AsyncPromises.plan)
    mark = waits(AsyncPromises.mark)
    renew = waits(AsyncPromises.renew)
    end = waits(AsyncPromises.end)


class Drafts(Face[AsyncDrafts]):
    """`duolog.client.Drafts` without `await`."""

    rescue = waits(AsyncDrafts.rescue)
    rescued = waits(AsyncDrafts.rescued)
    drop_rescued = waits(AsyncDrafts.drop_rescued)
    list = waits(AsyncDrafts.list)
    keep = waits(AsyncDrafts.keep)
    drop = waits(AsyncDrafts.drop)
    send = waits(AsyncDrafts.send)


class Importing(Face[AsyncImporting]):
    """`duolog.client.Importing` without `await`."""

    diary = waits(AsyncImporting.diary)


class Keyholders(Face[AsyncKeyholders]):
    """`duolog.client.Keyholders` without `await`."""

    list = waits(AsyncKeyholders.list)
    name = waits(AsyncKeyholders.name)
    begin_adding = waits(AsyncKeyholders.begin_adding)
    confirm_adding = waits(AsyncKeyholders.confirm_adding)
    give_up_adding = waits(AsyncKeyholders.give_up_adding)
    add_passkey = waits(AsyncKeyholders.add_passkey)
    may_become_device = waits(AsyncKeyholders.may_become_device)
    become_device = waits(AsyncKeyholders.become_device)
    revoke = waits(AsyncKeyholders.revoke)
    new_sheet = waits(AsyncKeyholders.new_sheet)
    replace_sheet = waits(AsyncKeyholders.replace_sheet)
    review = waits(AsyncKeyholders.review)
    sessions = waits(AsyncKeyholders.sessions)
    end_session = waits(AsyncKeyholders.end_session)
    end_other_sessions = waits(AsyncKeyholders.end_other_sessions)
    forks = waits(AsyncKeyholders.forks)
    choose_branch = waits(AsyncKeyholders.choose_branch)


class Leaving(Face[AsyncLeaving]):
    """`duolog.client.Leaving` without `await`."""

    close = waits(AsyncLeaving.close)
    schedule = waits(AsyncLeaving.schedule)
    waiting = waits(AsyncLeaving.waiting)
    other_devices = waits(AsyncLeaving.other_devices)
    cancel = waits(AsyncLeaving.cancel)
    may_still_happen = waits(AsyncLeaving.may_still_happen)
    let_go = waits(AsyncLeaving.let_go)
    withdraw = waits(AsyncLeaving.withdraw)
    keep = waits(AsyncLeaving.keep)
    erase = waits(AsyncLeaving.erase)


class Members(Face[AsyncMembers]):
    """`duolog.client.Members` without `await`."""

    list = waits(AsyncMembers.list)
    invite = waits(AsyncMembers.invite)
    admissions = waits(AsyncMembers.admissions)
    confirm = waits(AsyncMembers.confirm)
    proposals = waits(AsyncMembers.proposals)
    sign = waits(AsyncMembers.sign)
    decline = waits(AsyncMembers.decline)
    extend = waits(AsyncMembers.extend)
    rights = waits(AsyncMembers.rights)
    shorten = waits(AsyncMembers.shorten)
    remove = waits(AsyncMembers.remove)
    remove_partner = waits(AsyncMembers.remove_partner)
    leave = waits(AsyncMembers.leave)


class Moving(Face[AsyncMoving]):
    """`duolog.client.Moving` without `await`."""

    to = waits(AsyncMoving.to)
    follow = waits(AsyncMoving.follow)
    seen = waits(AsyncMoving.seen)


class Reminders(Face[AsyncReminders]):
    """`duolog.client.Reminders` without `await`."""

    turn_on = waits(AsyncReminders.turn_on)
    turn_off = waits(AsyncReminders.turn_off)
    find = waits(AsyncReminders.find)
    due = waits(AsyncReminders.due)
    calendar = waits(AsyncReminders.calendar)


class Watch(Face[AsyncWatch]):
    """`duolog.client.Watch` without `await`."""

    __next__ = steps(AsyncWatch.__anext__)
    __iter__ = itself
    close = waits(AsyncWatch.close)


class Duolog(Face[AsyncDuolog]):
    """`duolog.client.Duolog` without `await`."""

    write = waits(AsyncDuolog.write)
    timeline = waits(AsyncDuolog.timeline)
    search = waits(AsyncDuolog.search)
    report = waits(AsyncDuolog.report)
    profiles = waits(AsyncDuolog.profiles)
    state = waits(AsyncDuolog.state)
    attachments = gives(AsyncDuolog.attachments, Attachments)
    write_with_words = waits(AsyncDuolog.write_with_words)
    today = waits(AsyncDuolog.today)
    news = waits(AsyncDuolog.news)
    note_looked = waits(AsyncDuolog.note_looked)
    things = waits(AsyncDuolog.things)
    thing = waits(AsyncDuolog.thing)
    boundaries = gives(AsyncDuolog.boundaries, Boundaries)
    disclosures = gives(AsyncDuolog.disclosures, Disclosures)
    breaches = gives(AsyncDuolog.breaches, Breaches)
    check_ins = gives(AsyncDuolog.check_ins, CheckIns)
    promises = gives(AsyncDuolog.promises, Promises)
    pauses = gives(AsyncDuolog.pauses, Pauses)
    export = waits(AsyncDuolog.export)
    export_files = waits(AsyncDuolog.export_files)
    export_readable = waits(AsyncDuolog.export_readable)
    drafts = gives(AsyncDuolog.drafts, Drafts)
    reminders = gives(AsyncDuolog.reminders, Reminders)
    copy = waits(AsyncDuolog.copy)

    @property
    def importing(self) -> Importing:
        """The way in for a diary of another app."""
        return Importing(self._inner.importing, self._portal)

    @property
    def account(self) -> bytes:
        """The account's id, 32 bytes."""
        return self._inner.account

    @property
    def server(self) -> str:
        """The server's origin."""
        return self._inner.server

    status = waits(AsyncDuolog.status)
    heads = waits(AsyncDuolog.heads)
    account_state = waits(AsyncDuolog.account_state)
    check_recovery_words = waits(AsyncDuolog.check_recovery_words)
    prove_recovery_words = waits(AsyncDuolog.prove_recovery_words)
    confirm_restored = waits(AsyncDuolog.confirm_restored)
    step_aside = waits(AsyncDuolog.step_aside)
    read_only = waits(AsyncDuolog.read_only)
    log_out = waits(AsyncDuolog.log_out)
    create_journal = waits(AsyncDuolog.create_journal)
    journals = waits(AsyncDuolog.journals)
    journal = waits(AsyncDuolog.journal)
    name_journal = waits(AsyncDuolog.name_journal)
    default_journal = waits(AsyncDuolog.default_journal)
    choose_default_journal = waits(AsyncDuolog.choose_default_journal)
    invite = waits(AsyncDuolog.invite)
    revoke_invitation = waits(AsyncDuolog.revoke_invitation)
    join = waits(AsyncDuolog.join)
    pairing = waits(AsyncDuolog.pairing)
    verify = waits(AsyncDuolog.verify)
    say_words_differ = waits(AsyncDuolog.say_words_differ)
    sync = waits(AsyncDuolog.sync)
    watch = gives(AsyncDuolog.watch, Watch)
    members = gives(AsyncDuolog.members, Members)
    leaving = gives(AsyncDuolog.leaving, Leaving)
    delete_account = waits(AsyncDuolog.delete_account)
    is_deleted = waits(AsyncDuolog.is_deleted)
    is_shut_out = waits(AsyncDuolog.is_shut_out)

    @property
    def moving(self) -> Moving:
        """Ways to move to another server, and to follow a member there."""
        return Moving(self._inner.moving, self._portal)

    @property
    def keyholders(self) -> Keyholders:
        """The ways into this account, its sessions, and forks."""
        return Keyholders(self._inner.keyholders, self._portal)
