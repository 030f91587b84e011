"""Invitations that were accepted, until their journal is here: who has to do what next."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duolog.client import Pairing
    from duolog.client.blocking import Duolog

ACCEPTED = "You have accepted an invitation."
OVER = (
    "You have accepted an invitation, and nothing of it waits on this computer: it is over, or another device of yours "
    "knows more. `duolog sync` asks the server. If this stays, ask for a new link, and run `duolog join`."
)


def waited_for(duolog: "Duolog") -> tuple[str, ...]:
    """A sentence for each accepted invitation whose journal isn't here: what is waited for. Without the network."""
    from duolog.errors import NotAllowed

    found, here = [], {one.id for one in duolog.journals()}
    for journal in duolog.account_state().sent:
        if journal not in here:
            try:
                found.append(f"{ACCEPTED} {_next(duolog.pairing(journal))}")
            except NotAllowed:  # it is over, or another own device has it
                continue
    return tuple(found)


def _next(pairing: "Pairing") -> str:
    match pairing.role, pairing.stage.value:
        case "confidant", "compare":
            return "Next, compare the eight words with those who invited you: `duolog verify` shows them."
        case "confidant", "waiting for partner" | "verified":
            return "You have confirmed the words. Next, those who invited you let you in: ask them."
        case "confidant", _:
            return (
                "Next, the one who invited you runs `duolog confidant verify`: ask them. Then run `duolog verify`, and "
                "compare the eight words."
            )
    return (
        "Next, the one who invited you runs `duolog verify`: ask them. Then the journal is here; run `duolog verify` "
        "too, and compare the eight words."
    )
