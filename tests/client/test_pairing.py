"""Pairing with a server, a link or a person that is not what it should be."""

from typing import Any

import pytest
from fastapi import FastAPI

from duolog.api.invitations import InvitationRequest, Reveal
from duolog.client import Duolog, PairingStage, parse_link
from duolog.client.log.statements import founder_of
from duolog.client.pairing.invitations import genesis_of
from duolog.client.server.transport import Transport
from duolog.errors import DuologError, MalformedData, NotAllowed, PinMismatch, VerificationError
from duolog.protocol.codec import sha256
from duolog.protocol.roster_statements import Acceptance, SignedAcceptance
from duolog.seal.links import Link
from duolog.seal.links import parse_link as parse_secret_link
from duolog.seal.pairing import Invitation, InvitationSecret, PairingAnswer
from tests.client.couple import Tampered, pair, register
from tests.conftest import ORIGIN

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def offered(founder: Duolog, journal: bytes, **changes: Any) -> str:
    """The link of an invitation that is changed in itself; nothing of it is damaged on the way."""
    context, secret = founder._context, InvitationSecret(bytes(range(16)))
    fields = {"origin": ORIGIN, "receipt_key": context.receipt_key()} | changes
    plaintext = Invitation(
        chain=tuple(context.chains.statements(founder.account)),
        genesis=genesis_of(context, journal),
        role="partner",
        rights="write",
        reveal=bytes(32),
        **fields,
    ).encode()
    request = InvitationRequest(
        invitation=secret.id, sealed=secret.seal("invitation", plaintext), expires_at=context.clock() + 3600
    )
    await context.network.call(Transport.invite, journal, request)
    return Link(ORIGIN, secret.secret).url


async def test_two_people_pair_and_the_link_is_their_invite_code(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    sam, _, _ = await register(app)
    journal = await pair(ada, sam)
    for person, other in ((ada, sam), (sam, ada)):
        now = await person.pairing(journal)
        assert (now.stage, now.other) == (PairingStage.VERIFIED, other.account)
        assert other.account in (await person.account_state()).verified
        assert not (await person.journal(journal)).provisional


async def test_words_are_shown_only_when_both_nonces_are_known(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    sam, _, _ = await register(app)
    journal = await ada.create_journal()
    invitation = await ada.invite(journal)
    assert parse_link(invitation.link).id == invitation.id == parse_link(invitation.uri).id
    assert (await ada.pairing(journal)).stage is PairingStage.WAITING_FOR_ANSWER
    joined = await sam.join(invitation.link)
    assert (joined.stage, joined.words) == (PairingStage.WAITING_FOR_FOUNDER, None)
    assert joined.notice
    with pytest.raises(NotAllowed):
        await sam.verify(journal, ("abandon",) * 8)
    await ada.sync()
    await sam.sync()
    words = (await ada.pairing(journal)).words
    assert words == (await sam.pairing(journal)).words
    with pytest.raises(PinMismatch):
        await sam.verify(journal, ("abandon",) * 8)
    assert (await sam.verify(journal, words or ())).stage is PairingStage.WAITING_FOR_PARTNER
    assert (await ada.verify(journal, words or ())).stage is PairingStage.VERIFIED


async def test_a_reveal_that_was_not_promised_shows_no_words(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    sam, network, _ = await register(app)
    journal = await ada.create_journal()
    invitation = await ada.invite(journal)
    secret = InvitationSecret(parse_secret_link(invitation.link).secret)
    await sam.join(invitation.link)
    await ada.sync()
    network.changes["revealed"] = lambda _: Reveal(sealed=secret.seal("reveal", bytes(32)))
    with pytest.raises(VerificationError) as caught:
        await sam.sync()
    assert caught.value.check == "seal.reveal"
    assert (await sam.pairing(journal)).words is None


async def test_an_invitation_of_another_server_or_key_is_refused(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    sam, _, _ = await register(app)
    journal = await ada.create_journal()
    with pytest.raises(NotAllowed, match="elsewhere"):
        await sam.join(Link("https://elsewhere.example", bytes(16)).url)
    link = await offered(ada, journal, origin="https://elsewhere.example")
    with pytest.raises(VerificationError) as caught:
        await sam.join(link)
    assert caught.value.check == "client.invitation_origin"


async def test_an_invitation_with_another_receipt_key_is_refused(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    sam, _, _ = await register(app)
    link = await offered(ada, await ada.create_journal(), receipt_key=bytes(32))
    with pytest.raises(PinMismatch):
        await sam.join(link)


async def test_an_account_does_not_become_its_own_partner(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    sam, _, _ = await register(app)
    with pytest.raises(NotAllowed, match="nobody else's"):
        await ada.invite(ada._context.identity.account_journal)
    journal = await ada.create_journal()
    invitation = await ada.invite(journal)
    with pytest.raises(NotAllowed, match="own invitation"):
        await ada.join(invitation.link)
    # With the link in hand, somebody answers in Ada's name; her own signature is the only thing they'd need.
    context, secret = ada._context, InvitationSecret(parse_secret_link(invitation.link).secret)
    opened = await sam._context.network.call(Transport.open_invitation, secret.id)
    plaintext = secret.open("invitation", opened.sealed)
    me = founder_of(context.chains[ada.account])
    statement = Acceptance(journal, sha256(plaintext), me, bytes(32)).encode()
    signed = SignedAcceptance(statement, context.identity.secret.sign(statement))
    answer = PairingAnswer(signed, tuple(context.chains.statements(ada.account))).encode()
    sealed = secret.seal("acceptance", answer)
    await sam._context.network.call(Transport.answer_invitation, secret.id, sealed)
    with pytest.raises(VerificationError) as caught:
        await ada.sync()
    assert caught.value.check == "client.own_answer"


async def test_an_acceptance_forged_by_the_server_is_refused_by_the_founder(app: FastAPI) -> None:
    ada, network, _ = await register(app)
    journal = await ada.create_journal()
    await ada.invite(journal)

    def forge(listed: Any) -> Any:
        mine = [item.model_copy(update={"answer": bytes(500)}) for item in listed.invitations]
        return listed.model_copy(update={"invitations": mine})

    network.changes["own_invitations"] = forge
    report = await ada.sync()
    assert report.problems
    assert (await ada.pairing(journal)).stage is PairingStage.WAITING_FOR_ANSWER
    assert len((await ada.journal(journal)).members) == 1


async def test_a_revoked_invitation_can_not_be_accepted(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    sam, _, _ = await register(app)
    journal = await ada.create_journal()
    invitation = await ada.invite(journal)
    await ada.revoke_invitation(journal, invitation.id)
    with pytest.raises(DuologError):
        await sam.join(invitation.link)
    with pytest.raises(MalformedData, match="cut off"):
        await sam.join(invitation.link[:-3])


async def test_a_second_person_with_the_link_comes_too_late(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    sam, _, _ = await register(app)
    eve, _, _ = await register(app)
    journal = await ada.create_journal()
    invitation = await ada.invite(journal)
    await sam.join(invitation.link)
    with pytest.raises(DuologError):
        await eve.join(invitation.link)
    await ada.sync()
    assert {item.account for item in (await ada.journal(journal)).members} == {ada.account, sam.account}
    assert isinstance(ada._context.network.transport, Tampered)
