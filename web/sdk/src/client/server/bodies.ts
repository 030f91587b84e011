/** The JSON bodies of requests and answers that the core uses, each as §11.2 has it. */

import { SIZES } from "../../generated/constants.ts";
import type { SignedAccountStatement } from "../../protocol/accounts.ts";
import { concat } from "../../protocol/bytes.ts";
import { encodeB64, type JsonObject, jsonObject, u64 } from "../../protocol/codec.ts";
import type { Fields } from "../../protocol/fields.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { parseReceipt, type Receipt } from "../../protocol/receipts.ts";
import type { Signature, SignedStatement } from "../../protocol/statements.ts";
import { linkJson, readLink } from "../../seal/chains.ts";
import type { EarlierKey } from "../log/earlierKeys.ts";

const MAX_SESSIONS = 1000; // of one account, as the server lists them
const MAX_OWN_INVITATIONS = 16; // to one journal

/** A server's receipt key, with the signatures that link it to the key before it; null where there is none. */
export interface ReceiptKey {
  readonly key: Uint8Array;
  readonly signature: Uint8Array | null;
  readonly countersignature: Uint8Array | null;
}

export interface ServerInfo {
  readonly origin: string;
  readonly receiptKeys: readonly ReceiptKey[];
}

export function readServerInfo(fields: Fields): ServerInfo {
  return {
    origin: fields.text("origin", SIZES.MAX_ORIGIN),
    receiptKeys: fields.objects("receipt_keys", readReceiptKey, 1, SIZES.MAX_SERVERS),
  };
}

function readReceiptKey(fields: Fields): ReceiptKey {
  const signature = (name: string): Uint8Array | null => (fields.has(name) ? fields.data(name, SIZES.SIGNATURE) : null);
  return {
    key: fields.data("key", SIZES.SIGN_KEY),
    signature: signature("signature"),
    countersignature: signature("countersignature"),
  };
}

/** A receipt; its fields stand apart in JSON, and are judged as its 112 bytes are. */
export function readReceipt(fields: Fields): Receipt {
  return parseReceipt(
    concat(
      u64(fields.integer("seq", 1)),
      fields.data("head", SIZES.HASH),
      u64(fields.integer("time")),
      fields.data("signature", SIZES.SIGNATURE),
    ),
  );
}

export interface Registered {
  readonly account: Uint8Array;
  readonly receipt: Receipt;
}

export function readRegistered(fields: Fields): Registered {
  return { account: fields.data("account", SIZES.ACCOUNT_ID), receipt: fields.object("receipt", readReceipt) };
}

export function readChallenge(fields: Fields): Uint8Array {
  return fields.data("challenge", SIZES.CHALLENGE);
}

export interface OpenedSession {
  readonly token: Uint8Array;
  readonly account: Uint8Array;
}

export function readSession(fields: Fields): OpenedSession {
  return { token: fields.data("token", SIZES.TOKEN), account: fields.data("account", SIZES.ACCOUNT_ID) };
}

/** A page of the own account: what lies behind a generation and a set's version. */
export interface OwnAccountPage {
  readonly account: Uint8Array;
  readonly chain: readonly SignedAccountStatement[];
  readonly sets: readonly SignedAccountStatement[];
  /** The generation that `package` holds, sealed to the keyholder that asks. */
  readonly generation: number;
  readonly package: Uint8Array;
  readonly earlierSeeds: readonly { readonly generation: number; readonly sealed: Uint8Array }[];
  readonly anchor: Uint8Array | null;
  readonly more: boolean;
}

export function readOwnAccount(fields: Fields): OwnAccountPage {
  const readSeed = (one: Fields): { generation: number; sealed: Uint8Array } => ({
    generation: one.number("generation"),
    sealed: one.data("sealed", SIZES.SEALED_SEED),
  });
  return {
    account: fields.data("account", SIZES.ACCOUNT_ID),
    chain: fields.objects("chain", readLink, 0, SIZES.MAX_OWN_PAGE),
    sets: fields.objects("sets", readLink, 0, SIZES.MAX_OWN_PAGE),
    generation: fields.number("generation"),
    package: fields.data("package", SIZES.SEALED_SEED),
    earlierSeeds: fields.objects("earlier_seeds", readSeed, 0, SIZES.MAX_OWN_PAGE),
    anchor: fields.has("anchor") ? fields.data("anchor", SIZES.HASH) : null,
    more: fields.has("more") && fields.flag("more"),
  };
}

/** The receipt of a rotation's push to the account journal; null where the server took the same one before. */
export function readRotated(fields: Fields): Receipt | null {
  return fields.has("receipt") ? fields.object("receipt", readReceipt) : null;
}

/** An open session of mine. Times are Unix seconds; `usedAt` is noted hourly at most. */
export interface OwnSession {
  readonly session: Uint8Array;
  readonly keyholder: Uint8Array;
  readonly createdAt: number;
  readonly usedAt: number;
  readonly isCurrent: boolean;
}

export function readSessions(fields: Fields): readonly OwnSession[] {
  const read = (one: Fields): OwnSession => ({
    session: one.data("session", SIZES.SESSION_ID),
    keyholder: one.data("keyholder", SIZES.KEYHOLDER_ID),
    createdAt: one.integer("created_at"),
    usedAt: one.integer("used_at"),
    isCurrent: one.flag("current"),
  });
  return fields.objects("sessions", read, 0, MAX_SESSIONS);
}

/** A journal as the server lists it for me. */
export interface ListedJournal {
  readonly journal: Uint8Array;
  readonly seq: number;
}

export interface JournalList {
  readonly journals: readonly ListedJournal[];
  readonly more: boolean;
}

export function readJournalList(fields: Fields): JournalList {
  const read = (one: Fields): ListedJournal => ({
    journal: one.data("journal", SIZES.JOURNAL_ID),
    seq: one.integer("seq", 1),
  });
  return { journals: fields.objects("journals", read, 0, SIZES.MAX_LISTED), more: fields.flag("more") };
}

/** What the server promises for a push: a place for each item, and a receipt for the new ones; null for none. */
export interface Pushed {
  readonly places: readonly { readonly seq: number; readonly digest: Uint8Array }[];
  readonly receipt: Receipt | null;
}

export function readPushed(fields: Fields): Pushed {
  const readPlace = (one: Fields): { seq: number; digest: Uint8Array } => ({
    seq: one.integer("seq", 1),
    digest: one.data("digest", SIZES.HASH),
  });
  return {
    places: fields.objects("places", readPlace, 1, SIZES.MAX_PUSH_ITEMS),
    receipt: fields.has("receipt") ? fields.object("receipt", readReceipt) : null,
  };
}

/** What waits under an invitation's id, or its reveal; null where nothing is there yet. */
export function readSealed(fields: Fields): Uint8Array | null {
  return fields.has("sealed") ? fields.blob("sealed", SIZES.MAX_INVITATION) : null;
}

/** A new journal's id. */
export function readCreated(fields: Fields): Uint8Array {
  fields.object("receipt", readReceipt);
  return fields.data("journal", SIZES.JOURNAL_ID);
}

/** An invitation of mine, with its sealed answer; null until there is one. */
export interface OwnInvitation {
  readonly id: Uint8Array;
  readonly answer: Uint8Array | null;
}

export function readOwnInvitations(fields: Fields): readonly OwnInvitation[] {
  const readOne = (one: Fields): OwnInvitation => ({
    id: one.data("invitation", SIZES.INVITATION_ID),
    answer: one.has("answer") ? one.blob("answer", SIZES.MAX_INVITATION) : null,
  });
  return fields.objects("invitations", readOne, 0, MAX_OWN_INVITATIONS);
}

/** A statement that waits for signatures, with all its grants. `context`: the sealed parts of a newcomer's words. */
export interface Proposal extends SignedStatement {
  readonly grants: IdMap<Uint8Array>;
  readonly context: Uint8Array | null;
  /** Unix seconds. */
  readonly proposedAt: number;
}

export function readProposals(fields: Fields): readonly Proposal[] {
  const readSignature = (one: Fields): Signature => ({
    account: one.data("account", SIZES.ACCOUNT_ID),
    signature: one.data("signature", SIZES.SIGNATURE),
  });
  const readGrant = (one: Fields) =>
    [one.data("account", SIZES.ACCOUNT_ID), one.data("grant", SIZES.SEALED_SEED)] as const;
  const readOne = (one: Fields): Proposal => ({
    statement: one.blob("statement", SIZES.MAX_STATEMENT),
    signatures: one.objects("signatures", readSignature, 1, SIZES.MAX_MEMBERS),
    grants: new IdMap(one.has("grants") ? one.objects("grants", readGrant, 0, SIZES.MAX_MEMBERS) : []),
    context: one.has("context") ? one.blob("context", SIZES.MAX_CONTEXT) : null,
    proposedAt: one.integer("proposed_at"),
  });
  return fields.objects("proposals", readOne, 0, 2 * SIZES.MAX_PROPOSALS);
}

export interface ChainList {
  readonly chains: readonly { readonly account: Uint8Array; readonly statements: readonly SignedAccountStatement[] }[];
  readonly receiptKeys: readonly EarlierKey[];
  readonly more: boolean;
}

export function readChainList(fields: Fields): ChainList {
  return {
    chains: fields.objects(
      "chains",
      (one) => ({
        account: one.data("account", SIZES.ACCOUNT_ID),
        statements: one.objects("statements", readLink, 0, SIZES.MAX_CHAIN_PAGE),
      }),
      0,
      SIZES.MAX_NAMED,
    ),
    receiptKeys: fields.objects(
      "receipt_keys",
      (one) => ({
        until: one.integer("until", 1),
        origin: one.text("origin", SIZES.MAX_ORIGIN),
        key: one.data("key", SIZES.SIGN_KEY),
      }),
      0,
      SIZES.MAX_SERVERS,
    ),
    more: fields.flag("more"),
  };
}

/** A journal's statement with its grants. */
export function journalStatementJson(signed: SignedStatement, grants: IdMap<Uint8Array>): JsonObject {
  return jsonObject({
    statement: encodeB64(signed.statement),
    signatures: signed.signatures.map((one) =>
      jsonObject({ account: encodeB64(one.account), signature: encodeB64(one.signature) }),
    ),
    grants: [...grants].map(([account, grant]) => jsonObject({ account: encodeB64(account), grant: encodeB64(grant) })),
  });
}

/** What a keyholder is given with a registration or a new set. */
export interface ForKeyholder {
  readonly keyholder: Uint8Array;
  readonly data: Uint8Array;
}

export interface Registration {
  readonly genesis: SignedAccountStatement;
  readonly sets: readonly SignedAccountStatement[];
  readonly accountJournal: SignedStatement;
  readonly grants: IdMap<Uint8Array>;
  readonly packages: readonly ForKeyholder[];
  readonly anchors: readonly ForKeyholder[];
}

/** The whole request; a code is added to it when it is sent. */
export function registrationJson(registration: Registration): JsonObject {
  return jsonObject({
    genesis: linkJson(registration.genesis),
    sets: registration.sets.map(linkJson),
    account_journal: journalStatementJson(registration.accountJournal, registration.grants),
    packages: registration.packages.map(({ keyholder, data }) =>
      jsonObject({ keyholder: encodeB64(keyholder), package: encodeB64(data) }),
    ),
    anchors: registration.anchors.map(({ keyholder, data }) =>
      jsonObject({ keyholder: encodeB64(keyholder), mac: encodeB64(data) }),
    ),
  });
}
