"""The ends that an attack on a client may have: the words of the catalogue, of the runner and of its table."""

from enum import StrEnum


class Result(StrEnum):
    """One word for the end of an attack. The last ones are failures of the client."""

    REFUSED = "refused"
    FROZEN = "frozen"
    QUARANTINED = "quarantined"
    NO_SERVER = "no server there"
    DELAYED = "unaffected (delay only)"
    NOT_REACHED = "not reached"
    FORGED = "FAILED (showed a forged text)"
    LOST = "FAILED (lost a text)"
    UNNOTICED = "FAILED (noticed nothing)"
    CRASHED = "FAILED (crashed)"
    HUNG = "FAILED (hung)"
    STUCK = "FAILED (the honest part failed)"

    @property
    def failed(self) -> bool:
        """Whether the client fell short."""
        return self.value.startswith("FAILED")


REFUSED, FROZEN, QUARANTINED = Result.REFUSED, Result.FROZEN, Result.QUARANTINED
NO_SERVER, DELAYED = Result.NO_SERVER, Result.DELAYED
