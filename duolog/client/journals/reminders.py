"""A reminder of one's own: local, off until its owner turns it on, and without any content.

Duolog runs no program in the background and asks no server to. The reminder becomes an event in the calendar that its
owner uses anyway, or a line when their shell asks. Nothing records whether its owner wrote then.
"""

import secrets

from duolog.client.home.reminders import REMINDER, Reminder
from duolog.client.journals.calendar_file import EVERY, encode_calendar
from duolog.client.log.session import Session
from duolog.documents import dates
from duolog.documents.safe_text import hidden_in, one_line
from duolog.errors import NotAllowed

TITLE = "A quiet half hour"
MAX_TITLE = 60  # characters
_OFF = "No reminder is on. `duolog reminder on` turns one on."


class Reminders:
    """The reminder of this home. Everything here works without the network. Raises: HomeError, MalformedData."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def turn_on(self, every: str, minute: int, title: str = TITLE) -> Reminder:
        """Turn it on, in place of an earlier one. `every`: a weekday as `sunday`, or `day`. `minute`: of the day.

        Raises: NotAllowed for a day, a minute or a title that no reminder can have.
        """
        title = one_line(title)
        if every not in EVERY:  # check: reminders.day
            raise NotAllowed(f"There is no day {one_line(every)!r}. Choose one of: {', '.join(EVERY)}.")
        if not 0 <= minute < 24 * 60:  # check: reminders.minute
            raise NotAllowed("A day has the times from 00:00 to 23:59.")
        if not title or len(title) > MAX_TITLE or hidden_in(title):  # check: reminders.title
            raise NotAllowed(f"A title is one line of 1 to {MAX_TITLE} characters that can be seen.")
        async with self._session.alone() as context:
            before = REMINDER.load(context.home)
            uid = secrets.token_hex(16) if before is None else before.uid
            reminder = Reminder(every, minute, title, uid)
            REMINDER.save(context.home, reminder)
            return reminder

    async def turn_off(self) -> None:
        """Turn it off, and forget it. An event that a calendar has taken over stays in that calendar."""
        async with self._session.alone() as context:
            REMINDER.clear(context.home)
            context.store.forget()

    async def find(self) -> Reminder | None:
        """The reminder, or None while it is off."""
        async with self._session.alone() as context:
            return REMINDER.load(context.home)

    async def due(self) -> Reminder | None:
        """The reminder from its time to the end of its day, and None at any other time and while it is off."""
        async with self._session.alone() as context:
            reminder, now = REMINDER.load(context.home), context.clock()
            if reminder is None or reminder.every not in ("day", EVERY[dates.weekday(now)]):
                return None
            return reminder if dates.minute_of_day(now) >= reminder.minute else None

    async def calendar(self) -> str:
        """The reminder as the text of a calendar file, with lines that end in CR LF. Raises: NotAllowed while off."""
        async with self._session.alone() as context:
            reminder = REMINDER.load(context.home)
            if reminder is None:
                raise NotAllowed(_OFF)
            return encode_calendar(reminder, context.clock())
