"""An account that was forked: go on with its true branch."""

from duolog.cli import asking
from duolog.cli.command import command, commands
from duolog.cli.failures import OK, Stop
from duolog.cli.run import Run
from duolog.cli.shapes import b64

app = commands()


@command(app, "branch", examples=("duolog account branch", "duolog account branch < the-words-they-read.txt"))
def branch(run: Run) -> int:
    """Go on after somebody's account was forked: type the eight words of their keys, as they read them out.

    They run `duolog heads`. The other branch is refused from then on.
    """
    with run.opened() as duolog:
        forks = duolog.keyholders.forks()
        if not forks:
            run.screen.result({"account": None, "words": None})
            run.screen.say("No account was forked, as far as this computer knows.")
            return OK
        heard = asking.ask_heard("The eight words of their account, as they read them:")
        for fork in forks:
            if tuple(heard) in [one.words for one in fork.branches]:
                words = duolog.keyholders.choose_branch(fork.account, heard)
                shape = {"account": b64(fork.account), "words": list(words)}
                run.screen.done(shape, "These are their keys from now on; the others are refused.")
                return OK
        raise Stop("These are the words of neither branch. Nothing was changed. Meet, and read them out again.")
