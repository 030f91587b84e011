"""The fixtures of `tests/attacks`: a real server, a liar in front of each person, and Ada and Sam."""

from tests.attacks.conftest import ada, attacked_settings, couple, real, sam

__all__ = ["ada", "attacked_settings", "couple", "real", "sam"]
