"""README and every howto are followed literally, line by line, with a real server and real homes.

README's evening and the first evening are part of every run. The other pages take a minute or two: `make follow-docs`.
"""

import datetime as dt
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.docs.following import NOT_FOLLOWED, PAGES, Turn, World, blocks, follow, reason, shown_lines
from tools.local_server import LocalServer

ADA, SAM = ("ada",), ("sam",)
BOTH = ("ada", "sam")
BOUNDARY = "Topic: friendships\n\nNo late-night chats with people we're attracted to.\n"
ALWAYS = ("README.md", "first-evening.md")
LATER = "2098-11-27 09:00"


def invite(world: World, words: list[str]) -> None:
    """Ada invites; the link is what she sends to Sam."""
    world.last["link"] = world.data("ada", *words)["link"]


def compare(world: World, words: list[str]) -> None:
    """Both, on the phone with each other."""
    assert words == ["verify"]
    world.compare("ada", "sam")


def join(who: str) -> Turn:
    return Turn("duolog join", (who,), reads=lambda world: world.last["link"] + "\n")


def proposed(who: str) -> Callable[[World], object]:
    """Somebody has proposed another boundary."""
    return lambda world: world.run(who, "boundary", "propose", reads=BOUNDARY.replace("No late", f"{who}: no late"))


def register(who: str) -> Turn:
    return Turn(
        "duolog register --server https://journal.example", (who,), does=lambda world, words: world.register(who)
    )


SCRIPTS: dict[str, Sequence[Turn]] = {
    "README.md": [
        register("ada"),
        Turn("duolog invite", does=invite),
        register("sam"),
        join("sam"),
        Turn("duolog verify", does=compare),
        Turn("duolog boundary propose", ADA, BOUNDARY),
        Turn("duolog boundary accept", SAM, agrees=True),
        Turn("duolog timeline", BOTH),
    ],
    "first-evening.md": [
        Turn(
            "duolog register --server https://journal.example",
            does=lambda world, words: list(map(world.register, BOTH)),
        ),
        Turn("duolog invite", does=invite),
        join("sam"),
        Turn("duolog verify", does=compare),
        Turn("duolog profile", ADA, "Ada\n"),
        Turn("duolog write", ADA, "Thank you for calling from the station.\n"),
        Turn("duolog timeline", BOTH),
        Turn("duolog boundary propose", ADA, BOUNDARY),
        Turn("duolog boundary list", SAM),
        Turn("duolog boundary counter", SAM, "Group chats are fine.\n"),
        Turn("duolog boundary accept", ADA, agrees=True),
        Turn("duolog boundary take-back", ADA, agrees=True, before=proposed("ada")),
    ],
}

COUPLE: dict[str, Sequence[Turn]] = {
    "agree-on-a-boundary.md": [
        Turn("duolog boundary propose", ADA, BOUNDARY),
        Turn("duolog boundary list", BOTH),
        Turn("duolog boundary show 1", SAM),
        Turn("duolog boundary accept 1", SAM, agrees=True),
        Turn("duolog boundary counter 1", SAM, "At weekends it is fine.\n", before=proposed("ada"), swap={"1": "2"}),
        Turn("duolog boundary decline 1", SAM, agrees=True, before=proposed("ada"), swap={"1": "3"}),
    ],
    "own-up.md": [
        Turn("duolog disclose", ADA, "About: Robin\n\nRobin messaged on Tuesday. I replied twice and hid it.\n"),
        Turn("duolog letter list", SAM),
        Turn("duolog letter show 1", SAM, agrees=False),
    ],
    "promise-something.md": [
        Turn("duolog habit", ADA, "Rhythm: every Sunday evening\n\nI call my mother.\n"),
        Turn("duolog offer", ADA, lambda world: f"Until: {ahead()}\n\nI tell you whom I meet.\n"),
        Turn("duolog plan", ADA, "For evenings alone.\n\n## What I do first\nI go for a run.\n"),
    ],
    "say-thanks.md": [
        Turn("duolog thank", ADA, "You waited with me.\n"),
        Turn("duolog win", SAM, "We paused and came back.\n"),
        Turn("duolog thank --about 12", SAM, "For this.\n", swap={"12": lambda world: world.entry("ada")}),
        Turn("duolog prompts appreciation"),
    ],
    "check-in.md": [
        Turn("duolog checkin", BOTH, "## What I appreciate\nThanks for calling.\n"),
        Turn("duolog checkins show", BOTH),
        Turn("duolog review", BOTH, "Fewer surprises.\n"),
    ],
    "take-a-pause.md": [
        Turn("duolog pause --for 40m", ADA),
        Turn("duolog pause --until 20:30 --words", SAM, "A walk.\n", ok=False),  # refused near 20:30 by the clock
        Turn("duolog extend --for 1h", ADA),
        Turn("duolog return", ADA),
    ],
    "two-accounts.md": [
        Turn("duolog breach own-up", ADA, "Happened: 2026-11-20\n\nI called Robin.\n"),
        Turn(
            "duolog breach saw --boundary 1",
            SAM,
            "It lay on the pillow.\n",
            before=lambda world: (
                world.run("ada", "boundary", "propose", reads=BOUNDARY),
                world.run("sam", "boundary", "accept", "--yes"),
            ),
        ),
        Turn("duolog breach account 1", SAM, "I waited all evening.\n"),
        Turn("duolog breach show 1", BOTH),
    ],
    "look-back.md": [
        Turn("duolog write --happened 2026-11-03", ADA, "We walked.\n"),
        Turn('duolog write --happened "2026-11-03 21:30"', ADA, "We talked.\n"),
        Turn("duolog timeline --kind note --kind appreciation --since 2026-07-01 --until 2026-09-30"),
        Turn("duolog timeline --from me"),
        Turn("duolog timeline --by happened"),
        Turn("duolog timeline --tag", reads="walk\n"),
        Turn("duolog search", reads="walked\n"),
        Turn("duolog report --from 2026-07-01 --to 2026-12-31 --out ours.html"),
        Turn("duolog export --out ours.json --readable ours"),
    ],
    "sharing-files.md": [
        Turn(
            "duolog write --attach us.jpg",
            reads="The two of us.\n",
            swap={"us.jpg": "letter.txt"},
            before=lambda world: Path("letter.txt").write_text("A letter, as a file.\n"),
        ),
        Turn("duolog attachment list", SAM),
        Turn(
            "duolog attachment save 12",
            SAM,
            before=lambda world: Path("letter.txt").unlink(),
            swap={"12": lambda world: first_word(world)},
        ),
        Turn("duolog attachment open 12", SAM, swap={"12": lambda world: first_word(world)}, ok=False),  # no desktop
    ],
    "exporting.md": [
        Turn("duolog export --out ours.json", before=lambda world: world.entry("sam")),
        Turn("duolog export --out ours.json --files ours", swap={"ours.json": "again.json"}),
        Turn("duolog verify-export ours.json"),
    ],
    "import-a-diary.md": [
        Turn("duolog import dayone.zip --new --dry-run", swap={"dayone.zip": lambda world: diary()}),
        Turn("duolog import dayone.zip --new", swap={"dayone.zip": lambda world: diary()}),
    ],
    "a-reminder.md": [
        Turn("duolog reminder on --every sunday --at 18:00"),
        Turn("duolog reminder show"),
        Turn("duolog reminder off"),
        Turn(
            "duolog reminder calendar > reminder.ics",
            before=lambda world: world.run("ada", "reminder", "on", "--every", "day", "--at", "21:30"),
        ),
        Turn("duolog reminder due"),
    ],
    "what-the-server-sees.md": [
        Turn("duolog timeline --ephemeral https://journal.example", reads=lambda world: world.words["ada"] + "\n"),
    ],
    "lost-a-device.md": [
        Turn("duolog device list", before=lambda world: world.last.update(id=world.device("ada"))),
        Turn("duolog device revoke 3f2a9c01", agrees=True, swap={"3f2a9c01": lambda world: world.last["id"]}),
        Turn("duolog device list --ephemeral https://journal.example", reads=lambda world: world.words["ada"] + "\n"),
        Turn(
            "duolog device revoke 3f2a9c01 --ephemeral https://journal.example",
            reads=lambda world: world.words["ada"] + "\n",
            agrees=True,
            before=lambda world: world.last.update(id=world.device("ada", "tablet")),
            swap={"3f2a9c01": lambda world: world.last["id"]},
        ),
        Turn("duolog session list"),
        Turn("duolog recovery replace", agrees=True),
    ],
    "second-device.md": [
        Turn("duolog device join --server https://journal.example", ("phone",), ok=False),
        Turn("duolog device add", does=lambda world, words: let_in(world, "phone")),
        Turn("duolog device list"),
        Turn(
            "duolog device name 3f2a9c01",
            reads="the phone\n",
            swap={"3f2a9c01": lambda world: world.last["id"]},
        ),
        Turn("duolog device revoke 3f2a9c01", agrees=True, swap={"3f2a9c01": lambda world: world.last["id"]}),
        Turn(
            "duolog restore --server https://journal.example",
            ("restored",),
            reads=lambda world: world.words["ada"] + "\n",
        ),
    ],
    "forgotten-passphrase.md": [
        Turn(
            "duolog restore --server https://journal.example --home ~/duolog-new",
            reads=lambda world: world.words["ada"] + "\n",
            swap={"~/duolog-new": lambda world: str(world.folder / "new")},
        ),
    ],
    "someone-has-my-passphrase.md": [
        Turn(
            "duolog device list --ephemeral https://journal.example",
            reads=lambda world: world.words["ada"] + "\n",
            before=lambda world: world.last.update(id=world.device("ada")),
        ),
        Turn(
            "duolog device revoke 3f2a9c01 --ephemeral https://journal.example",
            reads=lambda world: world.words["ada"] + "\n",
            agrees=True,
            swap={"3f2a9c01": lambda world: world.last["id"]},
        ),
        Turn(
            "duolog session end --others --ephemeral https://journal.example",
            reads=lambda world: world.words["ada"] + "\n",
        ),
        Turn("duolog device review 77e0b1d2", swap={"77e0b1d2": lambda world: world.last["id"]}),
        Turn("duolog recovery replace", agrees=True),
        Turn(
            "duolog device join --server https://journal.example --home ~/duolog-new",
            swap={"~/duolog-new": lambda world: str(world.folder / "new")},
            ok=False,  # without a terminal it ends once it has shown the code
        ),
    ],
    "leaving.md": [
        Turn("duolog export --out ours.json", before=lambda world: world.entry("sam")),
        Turn(  # another couple's, as nothing follows in a closed journal
            "duolog close",
            before=lambda world: world.couple("eve", "kim"),
            does=lambda world, words: world.run("eve", *words, "--yes"),
        ),
        Turn('duolog close --at "2026-11-27 09:00"', agrees=True, swap={"2026-11-27 09:00": LATER}),
        Turn("duolog close show"),
        Turn("duolog close cancel"),
        Turn("duolog timeline --numbers"),
        Turn("duolog withdraw 12", agrees=True, swap={"12": lambda world: world.entry("ada")}),
        Turn("duolog erase 12", agrees=True, swap={"12": lambda world: world.entry("ada")}),
        Turn("duolog keep 12", swap={"12": lambda world: world.entry("ada")}),
    ],
    "my-partner-runs-the-server.md": [
        Turn("duolog export --out ours.json", before=lambda world: world.entry("sam")),
        Turn("duolog verify-export ours.json"),
        Turn(
            "duolog register --server https://another.example --home ~/mine",
            swap={
                "https://another.example": lambda world: world.elsewhere(),
                "~/mine": lambda world: str(world.folder / "mine"),
            },
            ok=False,  # without a terminal nobody types words back
        ),
        Turn('duolog close --at "2026-11-27 09:00" --held-by device', agrees=True, swap={"2026-11-27 09:00": LATER}),
    ],
    "another-host.md": [
        Turn("duolog sync", BOTH),
        Turn(
            "duolog move --to https://journal.example",
            does=lambda world, words: world.run("ada", "move", "--to", world.elsewhere(), "--yes"),
        ),
        Turn("duolog follow", SAM),
        Turn(
            "duolog follow --to https://journal.example",
            does=lambda world, words: world.run("sam", "follow", "--to", world.elsewhere(), ok=False),  # he is there
        ),
        Turn("duolog heads", BOTH),
        Turn(
            "duolog move --to https://journal.example --silent",
            before=lambda world: world.couple("eve", "kim"),
            does=lambda world, words: world.run("eve", "move", "--to", world.elsewhere(), "--silent", "--yes"),
        ),
    ],
    "with-a-therapist.md": [
        Turn("duolog journal create"),
        Turn("duolog invite --journal 2", does=invite),
        join("sam"),
        Turn("duolog sync", ("ada", "sam", "ada", "sam")),
        Turn("duolog confidant invite --journal 2 --days 60", does=invite),
        Turn("duolog confidant verify --journal 2", does=lambda world, words: let_read(world, words)),
        Turn("duolog confidant sign --journal 2", SAM, reads=lambda world: world.last["eight"] + "\n"),
        Turn("duolog verify", ("okoro",), does=lambda world, words: world.run("okoro", "verify", "--show", ok=False)),
        Turn("duolog journal copy --to 2", before=lambda world: world.entry("ada", "1")),
        Turn("duolog journal copy 12 --to 2", agrees=True, swap={"12": lambda world: written(world)}),
        Turn(
            "duolog journal copy 12 --to 2 --shorter",
            agrees=True,
            reads="Shorter.\n",
            swap={"12": lambda world: written(world)},
        ),
        Turn("duolog confidant shorten --journal 2 --days 7"),
        Turn("duolog confidant remove --journal 2", agrees=True),
        Turn("duolog journal create"),
        Turn("duolog confidant invite --journal 0a1b2c3d --days 60", swap={"0a1b2c3d": "3"}, does=invite),
        Turn(
            "duolog confidant verify --journal 0a1b2c3d",
            swap={"0a1b2c3d": "3"},
            does=lambda world, words: let_read(world, words, "counsellor"),
        ),
    ],
}


def ahead() -> str:
    """A day a month from now."""
    return (dt.datetime.now().astimezone() + dt.timedelta(days=30)).date().isoformat()


def first_word(world: World) -> str:
    """The number of the newest file."""
    found: str = str(world.data("sam", "attachment", "list")["attachments"][-1]["number"])
    return found


def diary() -> str:
    """A folder of Markdown."""
    Path("diary").mkdir(exist_ok=True)
    Path("diary/2026-11-03.md").write_text("We walked along the river.\n")
    return "diary"


def written(world: World) -> str:
    """The number of Ada's newest note in the couple's journal."""
    return str(world.data("ada", "timeline", "--journal", "1")["entries"][-1]["seq"])


def let_in(world: World, device: str) -> None:
    """Ada types the code that her new device shows, and both devices show the same words."""
    code = world.last[device].split("paste this code:")[1].split()[0]
    eight = " ".join(world.data_or("ada", "device", "add", reads=f"{code}\nlater\n")["words"])
    world.run("ada", "device", "add", reads=f"{code}\n{eight}\n")
    world.run(device, "device", "join", "--server", world.origin)
    world.last["id"] = world.others("ada")[-1]


def let_read(world: World, words: list[str], who: str = "okoro") -> None:
    """A confidant registers, joins, and compares words with Ada."""
    world.register(who)
    world.run(who, "join", reads=world.last["link"] + "\n")
    world.run("ada", *words, "--show")
    world.last["eight"] = " ".join(world.data(who, "verify", "--show")["words"])
    world.run("ada", *words, reads=world.last["eight"] + "\n")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Callable[[], str]]]:
    """One server for all pages, and another one that begins when a page needs it."""
    rates = dict.fromkeys(
        ("rate_anonymous", "rate_register", "rate_login", "rate_bad_token", "rate_session"), "100000/minute"
    )
    begun: dict[str, str] = {}
    with ExitStack() as stack:

        def begin(name: str) -> str:
            if name not in begun:
                server = stack.enter_context(LocalServer(tmp_path_factory.mktemp(name), **rates))
                begun[name] = server.origin
            return begun[name]

        yield begin("server"), lambda: begin("elsewhere")


@pytest.fixture
def world(servers: tuple[str, Callable[[], str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.chdir(tmp_path)
    return World(*servers, tmp_path)


@pytest.mark.parametrize("page", ALWAYS)
def test_the_first_evening_is_followed_to_its_end(world: World, page: str) -> None:
    follow(page, world, SCRIPTS[page])


@pytest.mark.slow
@pytest.mark.parametrize("page", sorted(COUPLE))
def test_a_page_for_couples_is_followed_to_its_end(world: World, page: str) -> None:
    world.couple()
    follow(page, world, COUPLE[page])


@pytest.mark.parametrize("page", sorted(PAGES))
def test_each_shown_line_is_in_a_script_or_has_a_reason(page: str) -> None:
    followed = [turn.line for turn in (*SCRIPTS.get(page, ()), *COUPLE.get(page, ()))]
    assert [line for line in shown_lines(PAGES[page]) if reason(page, line) is None] == followed


def test_each_reason_is_about_a_line_that_is_shown() -> None:
    for page, begins in NOT_FOLLOWED:
        assert any(line.startswith(begins) for line in shown_lines(PAGES[page])), f"{page} doesn't show `{begins}`"


@pytest.mark.parametrize("page", sorted(PAGES))
def test_each_shell_block_is_a_shell_text(page: str) -> None:
    for block in blocks(PAGES[page]):
        done = subprocess.run(["sh", "-n"], input=block, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_line_that_nobody_follows_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "new.md"
    page.write_text("```sh\nduolog sync   # as ever\n```\n")
    monkeypatch.setitem(PAGES, "new.md", page)
    with pytest.raises(AssertionError, match="nobody follows it"):
        follow("new.md", world, [])
    with pytest.raises(AssertionError, match="where its script has `duolog today`"):
        follow("new.md", world, [Turn("duolog today")])
