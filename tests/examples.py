"""How many examples a property is tried on: few each time, and all of them in the thorough profile."""

from hypothesis import settings

THOROUGH = 100  # the examples of a property that names no number, in the thorough profile
settings.register_profile("quick", max_examples=THOROUGH // 4)
settings.register_profile("thorough", max_examples=THOROUGH)
settings.load_profile("quick")  # `--hypothesis-profile=thorough` takes the other, before any test is collected


def examples(thorough: int) -> int:
    """The examples of a property that needs another number: so many in the thorough profile."""
    return max(1, thorough * settings().max_examples // THOROUGH)
