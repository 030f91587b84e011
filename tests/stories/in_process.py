"""A person of an evening whose commands run in this process: the same commands, without starting Python for each."""

from tests.cli.transcript import run
from tools.evening import CommandFailed, Done, Person


class InProcess(Person):
    """Somebody with a home and a passphrase."""

    def duolog(self, *arguments: str, reads: str = "", expect: int | None = 0) -> Done:
        """Run `duolog ...` here. Raises: as `Person.duolog`."""
        said = run(self.home, [*arguments], reads, self.passphrase)
        done = Done(self.name, arguments, reads, said.out, said.err, said.exit_code)
        if self.watch is not None:
            self.watch(done)
        if expect is not None and done.exit_code != expect:
            raise CommandFailed(f"{self.name}: {arguments} ended with {done.exit_code}:\n{done.out}{done.err}")
        return done
