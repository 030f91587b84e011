"""The frame of a command: its home and keys, its journal, news from the server, and what became of a document."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from duolog.cli import asking
from duolog.cli.accepted import OVER, waited_for
from duolog.cli.failures import STOP, Failure, Usage
from duolog.cli.journal_names import chosen_journal, in_words
from duolog.cli.reports import Reports
from duolog.cli.screen import BEFORE_ASKING, Screen, in_bytes
from duolog.cli.texts import rescue_leftovers
from duolog.cli.uncompared import say_differ
from duolog.errors import DuologError, ServerRefused, TransportError

if TYPE_CHECKING:
    from duolog.client import JournalView, SyncReport, Unlock
    from duolog.client.blocking import Drafts, Duolog

DELETED = (
    "This account was deleted at the server. What is here can still be read (`duolog timeline`) and exported (`duolog "
    "export`). When you don't need it any more, remove the folder {folder}."
)
BECAME_DEVICE = (
    "This computer is a device of its own now: its passphrase opens it, and your paper isn't needed here any more. Put "
    "it back where only you look, or make new words with `duolog recovery replace`."
)
SHUT_OUT = (
    "This device is revoked, as the server says: it was taken out of your account, or the account was deleted. Nothing "
    "is fetched or sent from here; what you write stays on this computer alone. What was read before can be read "
    "(`duolog timeline`) and exported (`duolog export`). If it was you, remove the folder {folder} when you don't need "
    "it any more. If it wasn't, run `duolog device list` on another device of yours, or bring your account back with "
    "the recovery words: `duolog restore`, in another folder."
)
UNPROVEN = (
    "Your 24 recovery words were not checked yet. If they are on paper, `duolog recovery check` tries them; if not, "
    "`duolog recovery replace` makes new ones."
)


@dataclass
class Run(Reports):
    """One run of a command: it opens the home, finds the journal, asks and speaks for the command."""

    home: Path | None
    passphrase_fd: int | None
    screen: Screen
    ephemeral: str | None = None
    _passphrase: str | None = field(default=None, repr=False)
    _open: "Duolog | None" = field(default=None, repr=False)
    warned: set[bytes] = field(default_factory=set)  # journals of which this command has said that the words differ
    asked_server: bool = False  # or there was no way to

    # --- the home and its keys ---

    @property
    def folder(self) -> Path:
        """The folder of the home."""
        from duolog.client import default_home

        return (self.home or default_home()).expanduser()

    def unlock(self) -> "Unlock":
        """How to unlock this home: by the descriptor's passphrase, else keyring or agent, else a question."""
        from duolog.client import Unlock

        return Unlock(self._ask_passphrase, keyring=self.passphrase_fd is None, agent=self.passphrase_fd is None)

    def require_account(self) -> None:
        """Check that the home has an account. Raises: Usage."""
        from duolog.client import Duolog

        if not Duolog.has_account(self.folder):
            raise Usage(
                f"There is no account in {self.folder} yet. Make one with `duolog register`, or bring yours back "
                "from the recovery words with `duolog restore`."
            )

    def _ask_passphrase(self, new: bool) -> bytes:
        if self._passphrase is None:
            ask = asking.ask_new_passphrase if new else asking.ask_passphrase
            self._passphrase = ask(self.passphrase_fd)
        return self._passphrase.encode()

    @contextmanager
    def opened(self) -> Iterator["Duolog"]:
        """Open this home's account; with `--ephemeral`, restore it in memory. Raises: Usage, DuologError."""
        from duolog.client.blocking import Duolog

        if self.ephemeral is not None:
            words = asking.ask_words()
            with self.screen.busy("Reading your account"):
                duolog = Duolog.restore(self.ephemeral, words, home=None, unlock=self.unlock())
        else:
            self.require_account()
            duolog = Duolog.open(home=self.folder, unlock=self.unlock())
        with self.using(duolog):
            if duolog.is_deleted():
                self.screen.aside(DELETED.format(folder=self.folder), style="careful")
            elif duolog.is_shut_out():
                self.screen.aside(SHUT_OUT.format(folder=self.folder), style="careful")
            read_only = duolog.read_only()
            if read_only is not None:
                self.screen.aside(f"{read_only} What was read before can be read and exported.", style="careful")
            elif self.ephemeral is None:
                rescue_leftovers(self)
            try:
                yield duolog
            finally:
                if self.ephemeral is not None:
                    with suppress(TransportError, ServerRefused):
                        duolog.log_out()

    @contextmanager
    def using(self, duolog: "Duolog") -> Iterator["Duolog"]:
        """Use an account that was just opened, and close it. Other commands may use its home while a person thinks."""
        with duolog:
            self._open = duolog
            BEFORE_ASKING.append(duolog.step_aside)
            try:
                yield duolog
            finally:
                BEFORE_ASKING.remove(duolog.step_aside)
                self._say_last(duolog)

    @contextmanager
    def synced(self, *, offline: bool = False, proposed: bool = True) -> Iterator["Duolog"]:
        """Open this home's account, and sync it. Raises: as `opened` and `sync`."""
        with self.opened() as duolog:
            self.sync(duolog, offline=offline, proposed=proposed)
            yield duolog

    def _say_last(self, duolog: "Duolog") -> None:
        """Say at the end of each command, also of one that fails, what its owner has to look after."""
        with suppress(DuologError):
            status = duolog.status()
            for one in status.journals:
                say_differ(self, one)
            if status.new_keyholders:
                self.screen.warn("there is a new way into your account. `duolog device list` shows it.")
            if status.unproven_sheet:
                self.screen.aside(UNPROVEN, style="careful")

    def account(self) -> "Duolog":
        """The open account."""
        if self._open is None:
            raise RuntimeError("no account is open")
        return self._open

    def drafts(self) -> "Drafts":
        """The drafts and rescued texts of the open account."""
        return self.account().drafts()

    def agreed(self, question: str, *, given: bool, otherwise: str = "Nothing was changed.") -> bool:
        """Ask for a yes; say `otherwise` after a no. `given`: `--yes` was on the command line. Raises: Usage."""
        yes = asking.ask_yes(question, given=given)
        if not yes:
            self.screen.say(otherwise)
        return yes

    # --- journals ---

    @contextmanager
    def in_journal(
        self, chosen: str | None, *, offline: bool = False, proposed: bool = True
    ) -> Iterator[tuple["Duolog", "JournalView"]]:
        """Open the account, sync it, and find the journal that is meant. Raises: as `synced` and `journal`."""
        with self.synced(offline=offline, proposed=proposed) as duolog:
            yield duolog, self.journal(duolog, chosen)

    def journal(self, duolog: "Duolog", chosen: str | None, *, other_than: bytes | None = None) -> "JournalView":
        """The journal that is meant: the chosen one, else the default, else the only shared one, else the only one.

        `other_than`: a journal that is meant only when it is chosen. Raises: Usage.
        """
        everything = duolog.journals()
        if chosen is not None:
            return chosen_journal(everything, chosen)
        journals, default = [one for one in everything if one.id != other_than], duolog.default_journal()
        for one in journals:
            if one.id == default and not one.closed:
                return one
        open_ones = [one for one in journals if not one.closed] or list(journals)
        shared = [one for one in open_ones if len(one.members) > 1]
        meant = shared or open_ones
        if len(meant) == 1:
            return meant[0]
        if not meant and duolog.account_state().sent:
            if not self.asked_server:  # perhaps it is here by now
                self.sync(duolog)
                return self.journal(duolog, chosen, other_than=other_than)
            raise Usage("\n".join(waited_for(duolog)) or OVER)
        if not meant:
            raise Usage(
                "There is no journal yet. `duolog invite` starts one with your partner, `duolog join` joins theirs."
            )
        known = ", ".join(in_words(everything, one.id).removeprefix("journal ") for one in meant)
        raise Usage(
            f"You have several journals: {known}. Say which with --journal and its number or name, or choose one for "
            "good: `duolog journal default`."
        )

    def label(self, journal: bytes, *, first: bool = False) -> str:
        """A journal in a sentence: its number in the list, and its name. `first`: the sentence begins with it."""
        text = in_words(self.account().journals(), journal)
        return text[0].upper() + text[1:] if first else text

    def number(self, journal: bytes) -> str:
        """The number of a journal, as a person types it behind --journal."""
        ids = [one.id for one in self.account().journals()]
        return str(ids.index(journal) + 1) if journal in ids else journal.hex()

    # --- the server ---

    def sync(self, duolog: "Duolog", *, offline: bool = False, proposed: bool = True) -> "SyncReport | None":
        """Fetch and send before the command shows anything; None without the server, and then what is here is shown.

        `proposed`: say that changes wait for a signature, unless the command itself shows them. Raises: DuologError.
        """
        self.asked_server = True
        if (offline and self.ephemeral is None) or duolog.is_deleted() or duolog.read_only() is not None:
            return None
        try:
            with self.screen.busy("Asking the server for news") as tell:
                report = duolog.sync(progress=in_bytes(tell), fetched=tell)
        except TransportError as error:
            self.screen.aside(f"{error} What follows is what this computer already has.")
            return None
        except ServerRefused as error:
            if error.code != "login_refused":
                raise
            self.screen.aside(f"{error}", style="careful")
            return None
        for problem in report.problems:
            self.screen.aside(f"Not everything could be done: {problem}")
        for moved in duolog.moving.seen():
            name = moved.name or "A member"
            self.screen.aside(f"{name} goes on at {moved.origin}. `duolog follow` goes there too.", style="careful")
        if proposed:
            self.say_proposed(report)
        self.say_clock(report)
        self.say_restoring(*report.restoring.values())
        self.become_device(duolog)
        return report

    def become_device(self, duolog: "Duolog") -> None:
        """Make a restored home a device of its own as soon as it may be one: its paper isn't needed any more."""
        if not duolog.keyholders.may_become_device():
            return
        try:
            with self.screen.busy("Making this computer a device of its own"):
                duolog.keyholders.become_device(self.unlock())
        except (TransportError, ServerRefused) as error:
            self.screen.aside(f"{error} This computer becomes a device of its own with a later `duolog sync`.")
            return
        self.screen.aside(BECAME_DEVICE, style="good")

    # --- failures ---

    def fail(self, failure: Failure) -> int:
        """Say what went wrong and what to do next; the exit code."""
        self.screen.result(
            {"error": {"code": failure.name, "message": failure.what, "next": list(failure.next)}},
        )
        stop = failure.exit_code == STOP
        self.screen.aside(("Stop. " if stop else "") + failure.what, style="stop" if stop else "")
        for line in failure.next:
            self.screen.aside("  " + line)
        return failure.exit_code
