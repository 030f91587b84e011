"""Attacks on pairing: by the server alone, and by somebody who got hold of the link."""

import secrets
from dataclasses import replace
from typing import Any

from duolog.api.invitations import InvitationAnswer, OpenInvitation, OwnInvitationList, Reveal
from duolog.protocol import sizes
from duolog.protocol.accounts import verify_chain
from duolog.protocol.codec import sha256
from duolog.protocol.roster_statements import Acceptance, Member, SignedAcceptance
from duolog.protocol.statements import statement_hash
from duolog.seal.pairing import InvitationSecret, PairingAnswer, parse_invitation
from hostile.false_account import FalseAccount
from hostile.history import flip
from hostile.liar import INVITATION, Answer, Attack, Call, Liar

OWN_INVITATIONS = r"/v1/journals/([\w-]+)/invitations"
REVEAL = r"/v1/invitations/([\w-]+)/reveal"
ANSWER = r"/v1/invitations/([\w-]+)/answer"


class TamperInvitation(Attack):
    """Changes one bit of the sealed invitation. `at`: which byte."""

    client_must = "Refuse it, and ask for a new link."

    def __init__(self, at: int = 40) -> None:
        self.at = at

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie to the person who opens the link."""
        answer = await server.ask(call)
        if call.journal("GET", INVITATION) is None or answer.status != 200:
            return answer
        opened = OpenInvitation.model_validate_json(answer.body)
        return answer.with_model(opened.model_copy(update={"sealed": flip(opened.sealed, self.at)}))


class TamperAnswer(Attack):
    """Changes one bit of the sealed answer on its way to the founder."""

    client_must = "Refuse it: nobody is added, and the founder is told to make a new link."

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie to the founder."""
        answer = await server.ask(call)
        if call.journal("GET", OWN_INVITATIONS) is None or answer.status != 200:
            return answer
        listed = OwnInvitationList.model_validate_json(answer.body)
        changed = [
            item if item.answer is None else item.model_copy(update={"answer": flip(item.answer, 40)})
            for item in listed.invitations
        ]
        return answer.with_model(listed.model_copy(update={"invitations": changed}))


class TamperReveal(Attack):
    """Hands the partner another reveal. With the link's secret (`link`), one that opens and holds another nonce."""

    client_must = "Show no words, and refuse."

    def __init__(self, link: bytes | None = None) -> None:
        self.link = link

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie to the partner."""
        answer = await server.ask(call)
        if call.journal("GET", REVEAL) is None or answer.status != 200:
            return answer
        shown = Reveal.model_validate_json(answer.body)
        if shown.sealed is None:
            return answer
        if self.link is None:
            return answer.with_model(Reveal(sealed=flip(shown.sealed, 40)))
        other = InvitationSecret(self.link).seal("reveal", secrets.token_bytes(sizes.NONCE))
        return answer.with_model(Reveal(sealed=other))


class InterceptAnswer(Attack):
    """A man in the middle who has read the link: answers the invitation in the partner's place, with an account of his
    own.

    The partner's own answer is taken and thrown away, so that both wait as if all were well. `link`: its secret.
    """

    client_must = "Show eight words to each: they differ, and nobody is verified."

    def __init__(self, link: bytes | None = None) -> None:
        self.link = link
        self.false = FalseAccount()

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Replace the partner's answer."""
        invitation = call.journal("PUT", ANSWER)
        if invitation is None or self.link is None:
            return await server.ask(call)
        registration = self.false.registration().model_dump_json().encode()
        await server.ask(replace(call, method="POST", path="/v1/accounts", body=registration))
        secret = InvitationSecret(self.link)
        asked = replace(call, method="GET", path=call.path.removesuffix("/answer"), body=b"")
        opened = OpenInvitation.model_validate_json((await server.ask(asked)).body)
        sealed = secret.seal("acceptance", self.forge(secret.open("invitation", opened.sealed)))
        return await server.ask(replace(call, body=InvitationAnswer(sealed=sealed).model_dump_json().encode()))

    def forge(self, plaintext: bytes) -> bytes:
        """The intercepter's own acceptance of this invitation."""
        offered = parse_invitation(plaintext)
        newest = verify_chain(self.false.chain).newest
        member = Member(self.false.account, 1, newest.statement_hash, offered.role, offered.rights, offered.until)
        journal = statement_hash(offered.genesis.statement)
        statement = Acceptance(journal, sha256(plaintext), member, secrets.token_bytes(sizes.NONCE)).encode()
        signed = SignedAcceptance(statement, self.false.secret.sign(statement))
        return PairingAnswer(signed, tuple(self.false.chain)).encode()


class ReplayInvitation(Attack):
    """Shows an invitation again after it was answered. It keeps every one that it ever handed out."""

    client_must = "Be refused by the founder's client: an invitation takes one answer."

    def __init__(self) -> None:
        self._kept: dict[str, Answer] = {}

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Keep, and show again."""
        answer = await server.ask(call)
        if call.journal("GET", INVITATION) is None:
            return answer
        if answer.status == 200:
            self._kept[call.path] = answer
        return self._kept.get(call.path, answer)


class ResealInvitation(Attack):
    """Somebody who has read the link shows another invitation under the same secret.

    `changes`: fields of the invitation, such as another server; by default another receipt key.
    """

    client_must = "Refuse an invitation for another server or receipt key than the one it is at."

    def __init__(self, link: bytes | None = None, **changes: Any) -> None:
        self.link = link
        self.changes = changes or {"receipt_key": bytes(sizes.SIGN_KEY)}

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie to the person who opens the link."""
        answer = await server.ask(call)
        if self.link is None or call.journal("GET", INVITATION) is None or answer.status != 200:
            return answer
        secret, opened = InvitationSecret(self.link), OpenInvitation.model_validate_json(answer.body)
        other = replace(parse_invitation(secret.open("invitation", opened.sealed)), **self.changes)
        sealed = secret.seal("invitation", other.encode())
        return answer.with_model(opened.model_copy(update={"sealed": sealed}))
