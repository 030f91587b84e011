"""The one reminder of a home, sealed in it. No server, no journal and no other device hears of it."""

from dataclasses import dataclass

from duolog.client.home.records import Sealed


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder of one's own. `every`: a weekday as `sunday`, or `day`; `minute`: of the day, by the reader's clock.

    `title`: what a calendar shows. `uid`: random, so that a calendar that takes the file again replaces the event.
    """

    every: str
    minute: int
    title: str
    uid: str


REMINDER: Sealed[Reminder] = Sealed.of_fields("reminder", Reminder)
