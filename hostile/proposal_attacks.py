"""Attacks on proposals: the server shows other proposals than members made."""

from collections.abc import Sequence

from duolog.api.journals import Proposal, ProposalList
from hostile.history import flip
from hostile.liar import Answer, Attack, Call, Liar

PROPOSALS = r"/v1/journals/([\w-]+)/proposals"


class ProposalAttack(Attack):
    """Shows what `edit` makes of the true list."""

    def edit(self, shown: Sequence[Proposal]) -> list[Proposal]:
        """The list that is shown."""
        return list(shown)

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie to a client that fetches proposals."""
        answer = await server.ask(call)
        if call.journal("GET", PROPOSALS) is None or answer.status != 200:
            return answer
        listed = ProposalList.model_validate_json(answer.body)
        return answer.with_model(ProposalList(proposals=self.edit(listed.proposals)))


class TamperContext(ProposalAttack):
    """Changes one bit of what a proposal's words are made of. `at`: which byte; None leaves it out."""

    client_must = "Show no such proposal, and sign nothing."

    def __init__(self, at: int | None = 40) -> None:
        self.at = at

    def edit(self, shown: Sequence[Proposal]) -> list[Proposal]:
        return [item.model_copy(update={"context": self._changed(item.context)}) for item in shown]

    def _changed(self, context: bytes | None) -> bytes | None:
        return None if context is None or self.at is None else flip(context, self.at)


class ReplayProposal(ProposalAttack):
    """Shows every proposal forever, also when the roster has moved."""

    client_must = "Show none that doesn't follow the roster in force."

    def __init__(self) -> None:
        self._kept: dict[bytes, Proposal] = {}

    def edit(self, shown: Sequence[Proposal]) -> list[Proposal]:
        self._kept |= {item.proposal: item for item in shown}
        return list(self._kept.values())


class PlantProposal(ProposalAttack):
    """Shows proposals that the real server was never given. `planted`: these."""

    client_must = "Show none that a partner hasn't signed, or whose terms the confidant hasn't accepted."

    def __init__(self, *planted: Proposal) -> None:
        self.planted = planted

    def edit(self, shown: Sequence[Proposal]) -> list[Proposal]:
        return [*shown, *self.planted]
