"""Attacks on pairing: by the server, and by somebody who has read the link."""

import pytest
from fastapi import FastAPI

from duolog.client import Duolog, PairingStage, parse_link
from duolog.errors import (
    MalformedData,
    NotAllowed,
    OpenError,
    PinMismatch,
    ServerRefused,
    VerificationError,
)
from duolog.seal.links import parse_link as parse_whole_link
from hostile.pairing_attacks import (
    InterceptAnswer,
    ReplayInvitation,
    ResealInvitation,
    TamperAnswer,
    TamperInvitation,
    TamperReveal,
)
from tests.attacks.conftest import liar_for
from tests.attacks.people import Someone, pair, register, trouble


async def _members(someone: Someone, journal: bytes) -> set[bytes]:
    return {member.account for member in (await someone.duolog.journal(journal)).members}


@pytest.mark.parametrize("at", [0, 30, 200, -1])
async def test_server_tampers_with_an_invitation(ada: Someone, sam: Someone, at: int) -> None:
    invitation = await ada.duolog.invite(await ada.duolog.create_journal())
    sam.lied_to(TamperInvitation(at))
    with pytest.raises(OpenError):
        await sam.duolog.join(invitation.link)
    assert await sam.duolog.journals() == ()


async def test_server_tampers_with_an_answer(ada: Someone, sam: Someone) -> None:
    journal = await ada.duolog.create_journal()
    invitation = await ada.duolog.invite(journal)
    await sam.duolog.join(invitation.link)
    ada.lied_to(TamperAnswer())
    assert isinstance(await trouble(ada), OpenError)
    assert await _members(ada, journal) == {ada.account}


@pytest.mark.parametrize("knows_the_link", [False, True])
async def test_server_tampers_with_what_the_founder_revealed(ada: Someone, sam: Someone, knows_the_link: bool) -> None:
    journal = await ada.duolog.create_journal()
    invitation = await ada.duolog.invite(journal)
    await sam.duolog.join(invitation.link)
    await ada.duolog.sync()
    sam.lied_to(TamperReveal(parse_whole_link(invitation.link).secret if knows_the_link else None))
    assert isinstance(await trouble(sam), VerificationError if knows_the_link else OpenError)
    assert (await sam.duolog.pairing(journal)).words is None


async def test_man_in_the_middle_of_pairing_sees_the_words_differ(ada: Someone, sam: Someone) -> None:
    """He read the link, answered in Sam's place, and let Sam believe that he had accepted."""
    journal = await ada.duolog.create_journal()
    invitation = await ada.duolog.invite(journal)
    middle = InterceptAnswer(parse_whole_link(invitation.link).secret)
    sam.lied_to(middle)
    await sam.duolog.join(invitation.link)
    for _ in range(3):
        await ada.duolog.sync()
        await trouble(sam)  # his client may notice already that the journal isn't his
    hers = await ada.duolog.pairing(journal)
    assert hers.other == middle.false.account
    assert hers.stage is not PairingStage.VERIFIED
    his = await sam.duolog.pairing(journal)
    assert his.words is None or his.words != hers.words
    with pytest.raises((PinMismatch, NotAllowed)):
        await ada.duolog.verify(journal, ("abandon",) * 8)
    assert (await ada.duolog.journal(journal)).provisional


async def test_wrong_words_verify_nobody(ada: Someone, sam: Someone) -> None:
    journal = await ada.duolog.create_journal()
    invitation = await ada.duolog.invite(journal)
    await sam.duolog.join(invitation.link)
    for _ in range(3):
        await ada.duolog.sync()
        await sam.duolog.sync()
    words = (await ada.duolog.pairing(journal)).words
    assert words is not None
    wrong = (*words[:-1], "zoo" if words[-1] != "zoo" else "abandon")
    with pytest.raises(PinMismatch):
        await ada.duolog.verify(journal, wrong)
    assert (await ada.duolog.journal(journal)).provisional


async def test_an_invitation_is_used_a_second_time(ada: Someone, sam: Someone, real: FastAPI) -> None:
    journal = await ada.duolog.create_journal()
    invitation = await ada.duolog.invite(journal)
    await sam.duolog.join(invitation.link)
    third = await register(liar_for(real))
    with pytest.raises(ServerRefused) as caught:
        await third.duolog.join(invitation.link)
    assert caught.value.code == "not_found"
    await third.duolog.close()


async def test_server_replays_an_invitation_to_another_account(ada: Someone, sam: Someone, real: FastAPI) -> None:
    """It shows an answered invitation once more, and a second person accepts: the founder's client takes one answer."""
    journal = await ada.duolog.create_journal()
    invitation = await ada.duolog.invite(journal)
    liar = liar_for(real)
    replay = ReplayInvitation()
    liar.attack = replay
    sam.liar.attack = replay
    await sam.duolog.join(invitation.link)
    third = await register(liar)
    with pytest.raises(ServerRefused) as caught:
        await third.duolog.join(invitation.link)
    assert caught.value.code == "invitation_used"
    for _ in range(2):
        await ada.duolog.sync()
        await sam.duolog.sync()
    assert await _members(ada, journal) == {ada.account, sam.account}
    await third.duolog.close()


async def test_an_invitation_is_revoked(ada: Someone, sam: Someone) -> None:
    journal = await ada.duolog.create_journal()
    invitation = await ada.duolog.invite(journal)
    await ada.duolog.revoke_invitation(journal, invitation.id)
    with pytest.raises(ServerRefused) as caught:
        await sam.duolog.join(invitation.link)
    assert caught.value.code == "not_found"


async def test_nobody_joins_a_journal_that_has_two_partners(ada: Someone, sam: Someone) -> None:
    journal = await pair(ada, sam)
    with pytest.raises(NotAllowed):
        await ada.duolog.invite(journal)


SPOILT = [
    lambda link: link[:-3],
    lambda link: link.partition("#")[0],
    lambda link: link[:-1] + ("A" if link[-1] != "A" else "B"),
]


@pytest.mark.parametrize("spoil", SPOILT)
async def test_a_link_is_cut_off(ada: Someone, sam: Someone, spoil: object) -> None:
    invitation = await ada.duolog.invite(await ada.duolog.create_journal())
    assert callable(spoil)
    with pytest.raises(MalformedData):
        parse_link(spoil(invitation.link))
    with pytest.raises(MalformedData):
        await sam.duolog.join(spoil(invitation.link))
    assert isinstance(sam.duolog, Duolog)


@pytest.mark.parametrize(
    ("changes", "error", "check"),
    [
        ({"origin": "https://elsewhere.example"}, VerificationError, "client.invitation_origin"),
        ({"receipt_key": bytes(32)}, PinMismatch, "client.invitation_receipt_key"),
    ],
)
async def test_interceptor_sends_the_partner_to_another_server(
    ada: Someone, sam: Someone, changes: dict[str, object], error: type[VerificationError], check: str
) -> None:
    """Whoever has read the link can seal another invitation under it; this one names a server that isn't Ada's."""
    invitation = await ada.duolog.invite(await ada.duolog.create_journal())
    sam.lied_to(ResealInvitation(parse_whole_link(invitation.link).secret, **changes))
    with pytest.raises(error) as caught:
        await sam.duolog.join(invitation.link)
    assert getattr(caught.value, "check", None) == check
    assert await sam.duolog.journals() == ()
