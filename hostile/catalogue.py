"""Every attack by name, with the rule that it breaks and what may come of it at a correct client.

A name is the class's, in lower case with hyphens. Each class says in its docstring what it does, and in `client_must`
what a correct client does about it; docs/threat-model.md names the test.
"""

import inspect
import re
from dataclasses import dataclass
from typing import Literal

from hostile import account_attacks as accounts
from hostile import attachment_attacks as attachments
from hostile import bounds_attacks as bounds
from hostile import flood_attacks as floods
from hostile import log_attacks as logs
from hostile import page_attacks as pages
from hostile import pairing_attacks as pairing
from hostile import proposal_attacks as proposals
from hostile import receipt_attacks as receipts
from hostile import roster_attacks as rosters
from hostile import size_attacks as sizes
from hostile import time_attacks as times
from hostile.liar import Attack
from hostile.results import DELAYED, FROZEN, NO_SERVER, QUARANTINED, REFUSED, Result

Begins = Literal["registering", "pairing", "evening"]
Scene = Literal["rotating", "rotated", "restoring"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One attack of the catalogue. `rule`: of the specification. `right`: what may come of it at a correct client.

    `begins`: when it is switched on: before anybody registers, before they pair, or when both have read each other.
    `scene`: what has to happen besides, so that anybody meets it: the partner rotates meanwhile; the person who is lied
    to rotated before; they restore their account on another computer.
    """

    attack: type[Attack]
    rule: str
    right: tuple[Result, ...]
    begins: Begins = "evening"
    scene: Scene | None = None

    @property
    def does(self) -> str:
        """A sentence or two that say what the attack does; its docstring without the arguments."""
        text = " ".join(inspect.cleandoc(self.attack.__doc__ or "").partition("\n\n")[0].split())
        return text.partition(". `")[0].removesuffix(".") + "."

    @property
    def client_must(self) -> str:
        """A sentence that says what a correct client does about it."""
        return self.attack.client_must


def name_of(attack: type[Attack]) -> str:
    """`SwapBlobs` is `swap-blobs`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", attack.__name__).lower()


_LOGS: tuple[tuple[type[Attack], str, tuple[Result, ...]], ...] = (
    (logs.DropEntry, "§6.9 step 1", (FROZEN,)),
    (logs.RewriteWithoutEntry, "§6.9 steps 1, 2", (FROZEN,)),
    (logs.ForgetPush, "§6.9 step 1", (FROZEN,)),
    (logs.ReorderEntries, "§6.9 step 2", (FROZEN,)),
    (logs.ReorderConsistently, "§6.9 step 2", (FROZEN,)),
    (logs.DuplicateItem, "§6.9 step 1", (FROZEN,)),
    (logs.ReplayEntry, "§6.9 step 4", (QUARANTINED,)),
    (logs.ForgeEntry, "§6.9 step 5", (QUARANTINED,)),
    (logs.FlipHeaderField, "§6.9 steps 4, 5", (QUARANTINED,)),
    (logs.FlipHeaderRaw, "§6.9 step 2", (FROZEN,)),
    (logs.SwapBlobs, "§6.9 step 5", (QUARANTINED,)),
    (logs.TransplantBlob, "§6.9 step 5", (QUARANTINED,)),
    (logs.WrongCommitment, "§6.9 step 5", (QUARANTINED,)),
    (logs.WrongCiphertext, "§6.9 step 6", (QUARANTINED,)),
    (logs.SpoilEntries, "§6.9 steps 1, 2", (FROZEN,)),
    (logs.RemoveBlob, "§9.2", (QUARANTINED,)),
    (logs.RollBack, "§6.9 step 1", (FROZEN, REFUSED)),
    (logs.CutPage, "§6.9 steps 1, 2", (FROZEN, REFUSED)),
    (logs.PromiseMore, "§6.9 withheld", (REFUSED,)),
    (logs.FalsePushAnswer, "§6.8 retry", (FROZEN,)),
    (pages.EndPageEarly, "§6.7 end", (DELAYED, REFUSED)),
    (pages.RepeatPage, "§6.9 step 1", (FROZEN,)),
    (pages.SkipPage, "§6.9 step 1", (FROZEN,)),
    (pages.PageOfAnotherJournal, "§6.9 step 1", (FROZEN,)),
    (pages.SamePageForEver, "§6.9 step 1", (FROZEN,)),
    (pages.EndlessPages, "§11.9 lists", (QUARANTINED, REFUSED)),
    (pages.WithholdNewest, "§1", (DELAYED, NO_SERVER)),
    (pages.WithholdRotation, "§4.12", (DELAYED, NO_SERVER)),
    (logs.ForeignReceipts, "§6.9 step 2", (FROZEN,)),
    (receipts.FlipReceiptSignature, "§6.6", (FROZEN,)),
    (receipts.MoveReceiptTime, "§6.6", (FROZEN,)),
    (receipts.MoveReceiptSeq, "§6.6", (FROZEN, REFUSED)),
    (receipts.ReceiptOfAnotherJournal, "§6.6", (FROZEN,)),
    (times.TimeBackwards, "§6.6 times", (FROZEN,)),
    (times.ImplausibleTime, "§6.6 times", (REFUSED, NO_SERVER)),
    (times.OtherTimes, "§6.9 fork", (FROZEN,)),
    (accounts.ReplaceReceiptKey, "§6.6 receipt key", (REFUSED,)),
    (receipts.ForgetReceiptKey, "§6.6 receipt key", (REFUSED,)),
    (receipts.SignWithReplacedKey, "§6.6 receipt key", (FROZEN, DELAYED)),
    (bounds.ImpossibleNumber, "§3.3", (REFUSED, NO_SERVER)),
    (sizes.NameLargerSize, "§11.9 sizes", (NO_SERVER,)),
    (sizes.NameSmallerSize, "§11.9 sizes", (REFUSED, NO_SERVER)),
    (sizes.CutAnswer, "§11.9 sizes", (REFUSED, NO_SERVER)),
    (sizes.WrongFrameLength, "§6.7", (REFUSED, NO_SERVER)),
    (sizes.WrongInnerLength, "§6.7", (REFUSED, NO_SERVER)),
)
_OTHERS: tuple[tuple[type[Attack], str, tuple[Result, ...]], ...] = (
    (rosters.GhostMember, "§5.3", (FROZEN,)),
    (rosters.OneSidedChange, "§5.3", (FROZEN,)),
    (rosters.ForgeClose, "§5.6", (FROZEN,)),
    (rosters.HideJournals, "§6.9 withheld", (REFUSED,)),
    (accounts.ReplaceChains, "§4.13", (REFUSED, FROZEN)),
    (accounts.HandOverAccount, "§4.9", (REFUSED,)),
    (accounts.KeepAnchor, "§4.9", (REFUSED,)),
    (accounts.HideAnchor, "§4.9", (REFUSED,)),
    (accounts.ForgePackage, "§4.5", (REFUSED, DELAYED)),
    (accounts.ReplacePackage, "§4.5", (REFUSED, DELAYED)),
    (accounts.GhostKeyholder, "§4.4", (REFUSED,)),
    (accounts.GhostInFirstSet, "§4.4", (REFUSED,)),
    (accounts.OlderSets, "§4.4", (REFUSED,)),
    (accounts.OlderChain, "§4.2", (REFUSED,)),
    (proposals.TamperContext, "§5.5", (REFUSED, DELAYED)),
    (proposals.ReplayProposal, "§5.5", (REFUSED, DELAYED)),
    (proposals.PlantProposal, "§5.5", (REFUSED, DELAYED)),
    (floods.EndlessJournals, "§11.9 lists", (REFUSED,)),
    (floods.NoMoreJournals, "§11.9 lists", (REFUSED,)),
    (floods.PlantJournals, "§5.8", (REFUSED,)),
    (floods.SpoilPlanted, "§5.8", (REFUSED, NO_SERVER)),
    (floods.FloodProposals, "§11.9 sizes", (NO_SERVER, REFUSED, DELAYED)),
    (floods.DripAnswers, "§11.9 time", (NO_SERVER,)),
    (attachments.FalseAttachment, "§6.12", (REFUSED,)),
    (attachments.FalseParts, "§11.10", (REFUSED,)),
)
_BEFORE: tuple[tuple[type[Attack], str, tuple[Result, ...], Begins], ...] = (
    (accounts.RegisterAnother, "§4.7", (REFUSED, NO_SERVER), "registering"),
    (accounts.RelayLogIn, "§4.8", (REFUSED,), "registering"),
    (sizes.WrongCount, "§6.7", (REFUSED, NO_SERVER), "pairing"),
    (rosters.PlantGrant, "§5.4", (FROZEN,), "pairing"),
    (rosters.WithholdGrant, "§5.4", (FROZEN, REFUSED), "pairing"),
    (rosters.ReencodeStatement, "§3.5", (FROZEN, REFUSED), "pairing"),
    (accounts.SwapPartnerKey, "§4.2", (FROZEN, REFUSED), "pairing"),
    (accounts.ForgeRotation, "§4.2", (FROZEN, REFUSED), "pairing"),
    (accounts.ReencodeChains, "§3.5", (FROZEN, REFUSED), "pairing"),
    (floods.CheapValues, "§11.9 values", (REFUSED, NO_SERVER), "pairing"),
    (floods.PromiseKeys, "§4.2", (REFUSED, FROZEN), "pairing"),
    (pairing.TamperInvitation, "§7.3", (REFUSED,), "pairing"),
    (pairing.TamperAnswer, "§7.3", (REFUSED,), "pairing"),
    (pairing.TamperReveal, "§7.3", (REFUSED,), "pairing"),
    (pairing.InterceptAnswer, "§7.3", (REFUSED,), "pairing"),
    (pairing.ReplayInvitation, "§7.3", (REFUSED, DELAYED), "pairing"),
    (pairing.ResealInvitation, "§7.3", (REFUSED,), "pairing"),
)

_SCENES: dict[type[Attack], Scene] = {
    pages.WithholdRotation: "rotating",
    accounts.SwapPartnerKey: "rotating",
    accounts.ForgeRotation: "rotating",
    accounts.ReencodeChains: "rotating",
    floods.CheapValues: "rotating",
    floods.PromiseKeys: "rotating",
    accounts.OlderChain: "rotated",
    accounts.HideAnchor: "restoring",
}

_ROWS: tuple[tuple[type[Attack], str, tuple[Result, ...], Begins], ...] = (
    (Attack, "none", (DELAYED,), "evening"),
    *((*row, "evening") for row in (*_LOGS, *_OTHERS)),
    *_BEFORE,
)
CATALOGUE: dict[str, Listed] = {
    "honest" if attack is Attack else name_of(attack): Listed(attack, rule, right, begins, _SCENES.get(attack))
    for attack, rule, right, begins in _ROWS
}
