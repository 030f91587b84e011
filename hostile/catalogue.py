"""Every attack by name. A name is the class's, in lower case with hyphens.

Each class says in its docstring what it does, and in `client_must` what a correct client does about it; docs/threat-
model.md names the
rule and the test.
"""

import re

from hostile import (
    account_attacks,
    attachment_attacks,
    bounds_attacks,
    flood_attacks,
    log_attacks,
    pairing_attacks,
    proposal_attacks,
    roster_attacks,
    time_attacks,
)
from hostile.liar import Attack


def name_of(attack: type[Attack]) -> str:
    """`SwapBlobs` is `swap-blobs`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", attack.__name__).lower()


_CLASSES: tuple[type[Attack], ...] = (
    Attack,
    log_attacks.DropEntry,
    log_attacks.RewriteWithoutEntry,
    log_attacks.ForgetPush,
    log_attacks.ReorderEntries,
    log_attacks.ReorderConsistently,
    log_attacks.DuplicateItem,
    log_attacks.ReplayEntry,
    log_attacks.ForgeEntry,
    log_attacks.FlipHeaderField,
    log_attacks.FlipHeaderRaw,
    log_attacks.SwapBlobs,
    log_attacks.TransplantBlob,
    log_attacks.WrongCommitment,
    log_attacks.WrongCiphertext,
    log_attacks.SpoilEntries,
    log_attacks.RemoveBlob,
    log_attacks.RollBack,
    log_attacks.ForeignReceipts,
    time_attacks.TimeBackwards,
    time_attacks.ImplausibleTime,
    time_attacks.OtherTimes,
    log_attacks.CutPage,
    log_attacks.PromiseMore,
    log_attacks.FalsePushAnswer,
    bounds_attacks.ImpossibleNumber,
    roster_attacks.GhostMember,
    roster_attacks.OneSidedChange,
    roster_attacks.ForgeClose,
    roster_attacks.PlantGrant,
    roster_attacks.WithholdGrant,
    roster_attacks.ReencodeStatement,
    roster_attacks.HideJournals,
    account_attacks.SwapPartnerKey,
    account_attacks.ForgeRotation,
    account_attacks.ReplaceChains,
    account_attacks.ReencodeChains,
    account_attacks.HandOverAccount,
    account_attacks.KeepAnchor,
    account_attacks.HideAnchor,
    account_attacks.ForgePackage,
    account_attacks.ReplacePackage,
    account_attacks.GhostKeyholder,
    account_attacks.GhostInFirstSet,
    account_attacks.OlderSets,
    account_attacks.OlderChain,
    account_attacks.RegisterAnother,
    account_attacks.ReplaceReceiptKey,
    account_attacks.RelayLogIn,
    pairing_attacks.TamperInvitation,
    pairing_attacks.TamperAnswer,
    pairing_attacks.TamperReveal,
    pairing_attacks.InterceptAnswer,
    pairing_attacks.ReplayInvitation,
    pairing_attacks.ResealInvitation,
    proposal_attacks.TamperContext,
    proposal_attacks.ReplayProposal,
    proposal_attacks.PlantProposal,
    flood_attacks.EndlessJournals,
    flood_attacks.NoMoreJournals,
    flood_attacks.PlantJournals,
    flood_attacks.SpoilPlanted,
    flood_attacks.FloodProposals,
    flood_attacks.CheapValues,
    flood_attacks.DripAnswers,
    flood_attacks.PromiseKeys,
    attachment_attacks.FalseAttachment,
    attachment_attacks.FalseParts,
)

CATALOGUE: dict[str, type[Attack]] = {"honest" if item is Attack else name_of(item): item for item in _CLASSES}
