"""Attacks on accounts: on key chains, packages, keyholder sets, restoring and log-ins."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from duolog.api.accounts import OwnAccount, Registered
from duolog.api.common import AccountStatementModel
from duolog.api.journals import ChainList
from duolog.api.server import ReceiptKey, ServerInfo
from duolog.api.sessions import OpenedSession
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement, encode_rotation, verify_chain
from duolog.protocol.codec import label, u32
from duolog.protocol.keyholder_sets import parse_set
from duolog.protocol.statements import statement_hash
from duolog.seal import hpke
from duolog.seal.keys import GenerationSecret, KeyholderSecret
from hostile.confusions import with_space
from hostile.false_account import FalseAccount
from hostile.liar import CHAINS, OWN_ACCOUNT, SERVER_INFO, Answer, Attack, Call, Liar

Chain = Sequence[SignedAccountStatement]


def forged_rotation(
    chain: Chain, old_key: Callable[[bytes], bytes], secret: GenerationSecret
) -> SignedAccountStatement:
    """The chain's next statement to keys that the attacker knows, signed by `old_key` (a stolen one, or none of this
    account's).
    """
    verified = verify_chain(chain)
    statement = encode_rotation(
        account=verified.account,
        generation=verified.newest.generation + 1,
        prev=verified.newest.statement_hash,
        sign_key=secret.sign_key,
        box_key=secret.box_key,
        kem_key=secret.kem_key,
        keyholders=secrets.token_bytes(sizes.HASH),
        at=20_000,
    )
    return SignedAccountStatement(statement, (old_key(statement), secret.sign(statement)))


def models(chain: Chain) -> list[AccountStatementModel]:
    """Signed statements as the API has them."""
    return [AccountStatementModel.of(item) for item in chain]


# --- other people's chains ------------------------------------------------------------------------------------------


class ChainAttack(Attack):
    """Shows false account chains to the members of a journal."""

    def edit(self, account: bytes, chain: Chain) -> Chain:
        """The false chain of one account."""
        return chain

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie in the list of chains."""
        answer = await server.ask(replace(call, query=b"") if call.journal("GET", CHAINS) is not None else call)
        if call.journal("GET", CHAINS) is None or answer.status != 200:
            return answer
        listed = ChainList.model_validate_json(answer.body)
        chains = [
            item.model_copy(
                update={"statements": models(self.edit(item.account, [one.signed() for one in item.statements]))}
            )
            for item in listed.chains
        ]
        return answer.with_model(listed.model_copy(update={"chains": chains}))


class SwapPartnerKey(ChainAttack):
    """Shows a whole other account, whose secrets the server knows, under each account's id. `only`: one account's."""

    client_must = "Refuse: an account's id is the hash of its first statement. What was pinned stays."

    def __init__(self, only: bytes | None = None) -> None:
        self.only = only
        self.false = FalseAccount()

    def edit(self, account: bytes, chain: Chain) -> Chain:
        return self.false.chain if self.only in (None, account) else chain


class ForgeRotation(ChainAttack):
    """Adds a rotation to keys of the server's, signed by the wrong old key."""

    client_must = "Refuse: the old key has not signed."

    def __init__(self, only: bytes | None = None) -> None:
        self.only = only
        self.secret = GenerationSecret.new(2)

    def edit(self, account: bytes, chain: Chain) -> Chain:
        if self.only not in (None, account):
            return chain
        return (*chain, forged_rotation(chain, self.secret.sign, self.secret))


class ReplaceChains(ChainAttack):
    """Shows the chains that it is given, by account: with a stolen key these can be true rotations, and a fork."""

    client_must = "Stop, and ask both people to compare words: two successors of one statement exist."

    def __init__(self, chains: Mapping[bytes, Chain] | None = None) -> None:
        self.chains = dict(chains or {})

    def edit(self, account: bytes, chain: Chain) -> Chain:
        return self.chains.get(account, chain)


class ReencodeChains(ChainAttack):
    """Shows each account's first statement in other JSON for the same values. `how` makes the other bytes."""

    client_must = "Refuse: statements are canonical, byte for byte."

    def __init__(self, how: "Callable[[bytes], bytes] | None" = None) -> None:
        self.how = how or with_space

    def edit(self, account: bytes, chain: Chain) -> Chain:
        return (replace(chain[0], statement=self.how(chain[0].statement)), *chain[1:])


# --- the own account ------------------------------------------------------------------------------------------------


class AccountAttack(Attack):
    """Lies to the owner about their own account."""

    def edit(self, own: OwnAccount) -> OwnAccount:
        """The false account."""
        return own

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie in the own account, and show it whole, whatever was asked for."""
        own = call.journal("GET", OWN_ACCOUNT) is not None
        answer = await server.ask(replace(call, query=b"") if own else call)
        if not own or answer.status != 200:
            return answer
        return answer.with_model(self.edit(OwnAccount.model_validate_json(answer.body)))


class HandOverAccount(AccountAttack):
    """Hands a restoring client a whole other account, made for its keyholder and known to the server.

    Chain, sets and package are all valid: what is missing is the anchor, which only the keyholder's secret makes.
    """

    client_must = "Refuse on restoring: these words were made for another account. Nothing is written to the false one."

    def __init__(self) -> None:
        self.false: FalseAccount | None = None

    def edit(self, own: OwnAccount) -> OwnAccount:
        listed = parse_set(own.sets[-1].statement).keyholders
        self.false = self.false or FalseAccount(listed)
        sheet = next((item for item in listed if item.kind == "recovery_sheet"), listed[0])
        changes = {
            "account": self.false.account,
            "chain": models(self.false.chain),
            "sets": models(self.false.sets),
            "package": self.false.package(sheet),
            "anchor": secrets.token_bytes(sizes.HASH),
        }
        return own.model_copy(update=changes)

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Name the false account in the session as well."""
        answer = await super().answer(call, server)
        if call.path == "/v1/sessions" and answer.status == 201 and self.false is not None:
            session = OpenedSession.model_validate_json(answer.body)
            return answer.with_model(session.model_copy(update={"account": self.false.account}))
        return answer


class KeepAnchor(HandOverAccount):
    """Hands a restoring client a whole other account with the true one's anchor, which was made for another id."""

    def edit(self, own: OwnAccount) -> OwnAccount:
        return super().edit(own).model_copy(update={"anchor": own.anchor})


class HideAnchor(AccountAttack):
    """Shows the true account without its anchor."""

    client_must = "Refuse: words restore nothing without their anchor."

    def edit(self, own: OwnAccount) -> OwnAccount:
        return own.model_copy(update={"anchor": None})


class ForgePackage(AccountAttack):
    """Seals a seed of the server's to the keyholder, with everything that the package is bound to.

    Chain and sets are true.
    """

    client_must = "Refuse: the keys of this seed are not the chain's."

    def edit(self, own: OwnAccount) -> OwnAccount:
        newest = verify_chain([item.signed() for item in own.chain]).newest
        packages = parse_set(own.sets[-1].statement).keyholders
        sheet = next((item for item in packages if item.kind == "recovery_sheet"), packages[0])
        info = label("package") + own.account + u32(newest.generation) + sheet.id + newest.statement_hash
        return own.model_copy(update={"package": hpke.seal(sheet.kem_key, secrets.token_bytes(sizes.SEED), info)})


class ReplacePackage(AccountAttack):
    """Hands out another package: an old one, or that of another keyholder or account.

    `package`: which, or random bytes.
    """

    client_must = "Refuse: it was not sealed to this keyholder for this generation."

    def __init__(self, package: bytes | None = None) -> None:
        self.package = package or secrets.token_bytes(sizes.SEALED_SEED)

    def edit(self, own: OwnAccount) -> OwnAccount:
        return own.model_copy(update={"package": self.package})


class GhostKeyholder(AccountAttack):
    """Adds a keyholder set with a device of the server's in it, signed by a key of the server's.

    With a stolen key (`sign`) the set is valid, and holds the ghost alone: it revokes the caller.
    """

    client_must = "Refuse: only the account's own key signs its sets, and one that leaves this home out is not taken."

    def __init__(self) -> None:
        self.sign: Callable[[bytes], bytes] | None = None

    def edit(self, own: OwnAccount) -> OwnAccount:
        last = own.sets[-1]
        ghost = KeyholderSecret.new("device")
        newest = parse_set(last.statement)
        listed = tuple(sorted((*newest.keyholders, ghost.public), key=lambda item: item.id))
        more = replace(newest, version=newest.version + 1, prev=statement_hash(last.statement), keyholders=listed)
        if self.sign is not None:
            more = replace(more, keyholders=(ghost.public,), rotator=ghost.id)
        sign = self.sign or GenerationSecret.new(1).sign
        signed = SignedAccountStatement(more.encode(), (sign(more.encode()),))
        return own.model_copy(update={"sets": [*own.sets, AccountStatementModel.of(signed)]})


class GhostInFirstSet(AccountAttack):
    """Puts a device of the server's into the first set. With a stolen key (`sign`), signs it and what follows anew."""

    client_must = "Refuse: the set is neither signed nor the one that the account's first statement committed to."

    def __init__(self) -> None:
        self.sign: Callable[[bytes], bytes] | None = None

    def edit(self, own: OwnAccount) -> OwnAccount:
        first = parse_set(own.sets[0].statement)
        listed = tuple(sorted((*first.keyholders, KeyholderSecret.new("device").public), key=lambda item: item.id))
        statement = replace(first, keyholders=listed).encode()
        sets, prev = [self._signed(own.sets[0], statement)], statement_hash(statement)
        for item in own.sets[1:]:
            statement = replace(parse_set(item.statement), prev=prev).encode()
            sets.append(self._signed(item, statement))
            prev = statement_hash(statement)
        return own.model_copy(update={"sets": sets})

    def _signed(self, item: AccountStatementModel, statement: bytes) -> AccountStatementModel:
        signatures = item.signatures if self.sign is None else [self.sign(statement)]
        return AccountStatementModel(statement=statement, signatures=signatures)


class OlderSets(AccountAttack):
    """Shows the keyholder sets without the newest one, so that the account journal is not named."""

    client_must = "Refuse: the newest set is kept back."

    def edit(self, own: OwnAccount) -> OwnAccount:
        return own.model_copy(update={"sets": own.sets[:-1]})


class OlderChain(AccountAttack):
    """Shows the own account without its newest statement, or with one of the server's.

    `chain`: what to show instead.
    """

    client_must = "Refuse: behind, or beside, what this home has verified."

    def __init__(self, chain: Chain | None = None) -> None:
        self.chain = chain

    def edit(self, own: OwnAccount) -> OwnAccount:
        shown = models(self.chain) if self.chain is not None else own.chain[:-1] or own.chain
        return own.model_copy(update={"chain": shown})


class RegisterAnother(Attack):
    """Answers a registration with another account."""

    client_must = "Refuse, and keep nothing: the home can register again elsewhere."

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie in the answer to a registration."""
        answer = await server.ask(call)
        if (call.method, call.path) != ("POST", "/v1/accounts") or answer.status not in (200, 201):
            return answer
        registered = Registered.model_validate_json(answer.body)
        return answer.with_model(registered.model_copy(update={"account": secrets.token_bytes(sizes.ACCOUNT_ID)}))


# --- the server's own key, and log-ins ------------------------------------------------------------------------------


class ReplaceReceiptKey(Attack):
    """Names another receipt key, which the old one has not signed."""

    client_must = "Keep the pinned key, and say that the server shows another one."

    def __init__(self) -> None:
        self.key = GenerationSecret.new(1).sign_key

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie in the well-known document."""
        answer = await server.ask(call)
        if call.journal("GET", SERVER_INFO) is None or answer.status != 200:
            return answer
        info = ServerInfo.model_validate_json(answer.body)
        keys = [*info.receipt_keys, ReceiptKey(key=self.key, signature=secrets.token_bytes(sizes.SIGNATURE))]
        return answer.with_model(info.model_copy(update={"receipt_keys": keys}))


class RelayLogIn(Attack):
    """Passes log-ins on to another server and keeps what comes back: `stolen` holds the sessions that this gave.

    The client reaches this server under its own address, `origin`, so that is what it signs.
    """

    client_must = "Get no session, and give none away: the other server refuses, since the signature names this origin."

    def __init__(self, origin: str = "http://127.0.0.1:8331") -> None:
        self.origin = origin
        self.stolen: list[bytes] = []
        self.refused: list[int] = []

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Go by its own address, and watch what the other server says to the log-in."""
        answer = await server.ask(call)
        if call.journal("GET", SERVER_INFO) is not None and answer.status == 200:
            info = ServerInfo.model_validate_json(answer.body)
            return answer.with_model(info.model_copy(update={"origin": self.origin}))
        if (call.method, call.path) == ("POST", "/v1/sessions"):
            if answer.status == 201:
                self.stolen.append(OpenedSession.model_validate_json(answer.body).token)
            else:
                self.refused.append(answer.status)
        return answer
