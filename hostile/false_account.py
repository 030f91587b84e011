"""A whole, valid account whose secrets the server knows."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from duolog.api.accounts import PackageModel, Registration
from duolog.api.common import AccountStatementModel, JournalStatementModel
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain, SignedAccountStatement, encode_genesis, verify_chain
from duolog.protocol.keyholder_sets import Keyholder, KeyholderSet, set_commitment
from duolog.protocol.roster import grant_digest
from duolog.protocol.roster_statements import Member, RosterStatement
from duolog.protocol.statements import Signature, SignedStatement, statement_hash
from duolog.seal.grants import new_epoch, wrap_grants
from duolog.seal.keys import GenerationSecret, KeyholderSecret
from duolog.seal.packages import wrap_package


class FalseAccount:
    """An account of the attacker's. `keyholders` can be anybody's public keys: their owners can open it."""

    def __init__(self, keyholders: Sequence[Keyholder] = ()) -> None:
        own = KeyholderSecret.new("device").public
        self.keyholders = tuple(sorted((*keyholders, own), key=lambda item: item.id))
        self.secret = GenerationSecret.new(1)
        first = KeyholderSet(1, None, 1, own.id, None, None, self.keyholders)
        genesis = encode_genesis(
            sign_key=self.secret.sign_key,
            box_key=self.secret.box_key,
            kem_key=self.secret.kem_key,
            keyholders=set_commitment(self.secret.salt, first.encode()),
            nonce=secrets.token_bytes(sizes.NONCE),
        )
        self.chain = (self._signed(genesis),)
        self.verified: AccountChain = verify_chain(self.chain)
        self.account = self.verified.account
        self.account_journal, self._grants = self._journal()
        named = statement_hash(self.account_journal.statement)
        second = replace(first, version=2, prev=statement_hash(first.encode()), account_journal=named)
        self.sets = (self._signed(first.encode()), self._signed(second.encode()))

    def _signed(self, statement: bytes) -> SignedAccountStatement:
        return SignedAccountStatement(statement, (self.secret.sign(statement),))

    def _journal(self) -> tuple[SignedStatement, dict[bytes, bytes]]:
        member = Member(self.account, 1, self.verified.newest.statement_hash, "partner", "write")
        nonce = secrets.token_bytes(sizes.NONCE)
        key, epoch = new_epoch(nonce, 1, 1)
        grants = wrap_grants(key, epoch, [member], {self.account: self.verified})
        statement = RosterStatement(
            change="genesis",
            version=1,
            members=(member,),
            provisional=False,
            epoch=1,
            epoch_commitment=epoch.commitment,
            nonce=nonce,
            grants={account: grant_digest(grant) for account, grant in grants.items()},
        ).encode()
        return SignedStatement(statement, (Signature(self.account, self.secret.sign(statement)),)), grants

    def package(self, keyholder: Keyholder) -> bytes:
        """A valid package of this account for a keyholder."""
        return wrap_package(self.secret, self.account, self.verified.newest, keyholder)

    def registration(self) -> Registration:
        """The request that registers it at an honest server."""
        return Registration(
            genesis=AccountStatementModel.of(self.chain[0]),
            sets=[AccountStatementModel.of(item) for item in self.sets],
            account_journal=JournalStatementModel.of(self.account_journal, self._grants),
            packages=[PackageModel(keyholder=item.id, package=self.package(item)) for item in self.keyholders],
            anchors=[],
            invite_code=None,
        )
