/**
 * The formats of a journal's statements: rosters, acceptances and closings. The rules between them are in `roster`.
 *
 * This module verifies nothing: a parsed statement is well-formed, not true. Spec: §5
 */

import { EPOCHS, RIGHTS, ROLES, SIZES, WITHOUT_SUBJECT } from "../generated/constants.ts";
import { compareBytes } from "./bytes.ts";
import { encodeB64, encodeCanonical, type Json, type JsonObject, jsonObject, label, sha256, u64 } from "./codec.ts";
import { Fields, requireAscending } from "./fields.ts";

export type Role = (typeof ROLES)[number];
export type Rights = (typeof RIGHTS)[number];
export type Change = keyof typeof EPOCHS;

/** Every change, in the order of the rule table. */
export const CHANGES = Object.keys(EPOCHS) as readonly Change[];

/** One member as a roster names it. `until`: Unix seconds, confidants only. `write` includes reading. */
export interface Member {
  readonly account: Uint8Array;
  readonly generation: number;
  readonly chainHead: Uint8Array;
  readonly role: Role;
  readonly rights: Rights;
  readonly until: number | null;
}

/** An acceptance as shipped, and the newcomer's signature (64 bytes). */
export interface SignedAcceptance {
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
}

/** A newcomer's consent to exactly one place in one journal. `nonce` is N_P of the pairing. Spec: §5.2, §7 */
export interface Acceptance {
  readonly journal: Uint8Array;
  readonly invitation: Uint8Array;
  readonly member: Member;
  readonly nonce: Uint8Array;
}

/** A sealed grant as a roster names it: the member it is for, and its digest (32 bytes). */
export interface NamedGrant {
  readonly account: Uint8Array;
  readonly digest: Uint8Array;
}

/**
 * A parsed roster statement. `account`: the subject of the change, null for genesis, rotate and verify.
 *
 * `grants` ascend by account; null where the epoch is not fresh. A genesis has `nonce` and neither `journal` nor `prev`.
 */
export interface RosterStatement {
  readonly change: Change;
  readonly account: Uint8Array | null;
  readonly version: number;
  readonly members: readonly Member[];
  readonly provisional: boolean;
  readonly epoch: number;
  readonly epochCommitment: Uint8Array;
  readonly journal: Uint8Array | null;
  readonly prev: Uint8Array | null;
  readonly nonce: Uint8Array | null;
  readonly grants: readonly NamedGrant[] | null;
  readonly acceptance: SignedAcceptance | null;
}

/**
 * A closing: the last item of a log. `timing` hides when it was due (`closeTiming`).
 *
 * `receiptKey`: set when the closing ends only this server's log, because the journal moves to another server.
 */
export interface Close {
  readonly journal: Uint8Array;
  readonly account: Uint8Array;
  readonly generation: number;
  readonly nonce: Uint8Array;
  readonly timing: Uint8Array;
  readonly receiptKey: Uint8Array | null;
}

/** The canonical statement. Spec: §5.2 */
export function encodeAcceptance(acceptance: Acceptance): Uint8Array {
  return encodeCanonical(
    jsonObject({
      type: "acceptance",
      journal: encodeB64(acceptance.journal),
      invitation: encodeB64(acceptance.invitation),
      nonce: encodeB64(acceptance.nonce),
      ...memberFields(acceptance.member),
    }),
  );
}

/** The canonical statement; its grants are put into order. Spec: §5.1 */
export function encodeRoster(roster: RosterStatement): Uint8Array {
  const grants = roster.grants && [...roster.grants].sort((one, other) => compareBytes(one.account, other.account));
  return encodeCanonical(
    jsonObject({
      type: "roster",
      suite: SIZES.SUITE,
      version: roster.version,
      change: jsonObject({ kind: roster.change, account: optional(roster.account) }),
      members: roster.members.map(memberJson),
      provisional: roster.provisional,
      epoch: roster.epoch,
      epoch_commitment: encodeB64(roster.epochCommitment),
      journal: optional(roster.journal),
      prev: optional(roster.prev),
      nonce: optional(roster.nonce),
      grants: grants?.map((grant) =>
        jsonObject({ account: encodeB64(grant.account), digest: encodeB64(grant.digest) }),
      ),
      acceptance: roster.acceptance === null ? undefined : signedAcceptanceJson(roster.acceptance),
    }),
  );
}

/** The canonical statement. Spec: §5.6 */
export function encodeClose(close: Close): Uint8Array {
  return encodeCanonical(
    jsonObject({
      type: "close",
      journal: encodeB64(close.journal),
      account: encodeB64(close.account),
      generation: close.generation,
      nonce: encodeB64(close.nonce),
      timing: encodeB64(close.timing),
      receipt_key: optional(close.receiptKey),
    }),
  );
}

/** The commitment to a closing's earliest time (Unix seconds, 0 for now). 32 bytes. Spec: §5.6 */
export function closeTiming(salt: Uint8Array, notBefore: number): Uint8Array {
  return sha256(label("close-timing"), salt, u64(notBefore));
}

/** The `type` of a parsed journal statement. Throws MalformedData for any other. Spec: §5 */
export function statementType(statement: JsonObject): "roster" | "close" {
  return new Fields(statement, "A statement").choice("type", ["roster", "close"]);
}

/**
 * A roster statement from its canonical bytes.
 *
 * Throws MalformedData: not canonical, an unknown change or suite, a missing or unknown field, or lists out of order.
 */
export function parseRoster(statement: Uint8Array): RosterStatement {
  const fields = Fields.ofStatement(statement, "roster");
  fields.suite();
  const { change, account } = fields.object("change", readChange);
  const isGenesis = change === "genesis";
  const parsed: RosterStatement = {
    change,
    account,
    version: fields.number("version"),
    members: fields.objects("members", readMember, 1, SIZES.MAX_MEMBERS),
    provisional: fields.flag("provisional"),
    epoch: fields.number("epoch"),
    epochCommitment: fields.data("epoch_commitment", SIZES.COMMITMENT),
    journal: isGenesis ? null : fields.data("journal", SIZES.JOURNAL_ID),
    prev: isGenesis ? null : fields.data("prev", SIZES.HASH),
    nonce: isGenesis ? fields.data("nonce", SIZES.NONCE) : null,
    grants: fields.has("grants") ? readGrants(fields) : null,
    acceptance: change === "add" ? fields.object("acceptance", readSignedAcceptance) : null,
  };
  fields.done();
  requireAscending(
    parsed.members.map((member) => member.account),
    "Members",
  );
  return parsed;
}

/** An acceptance from its canonical bytes. Throws MalformedData. Spec: §5.2 */
export function parseAcceptance(statement: Uint8Array): Acceptance {
  const fields = Fields.ofStatement(statement, "acceptance");
  const acceptance: Acceptance = {
    journal: fields.data("journal", SIZES.JOURNAL_ID),
    invitation: fields.data("invitation", SIZES.HASH),
    member: readMember(fields),
    nonce: fields.data("nonce", SIZES.NONCE),
  };
  fields.done();
  return acceptance;
}

/** A closing from its canonical bytes. Throws MalformedData. Spec: §5.6 */
export function parseClose(statement: Uint8Array): Close {
  const fields = Fields.ofStatement(statement, "close");
  const close: Close = {
    journal: fields.data("journal", SIZES.JOURNAL_ID),
    account: fields.data("account", SIZES.ACCOUNT_ID),
    generation: fields.number("generation"),
    nonce: fields.data("nonce", SIZES.NONCE),
    timing: fields.data("timing", SIZES.HASH),
    receiptKey: fields.has("receipt_key") ? fields.data("receipt_key", SIZES.SIGN_KEY) : null,
  };
  fields.done();
  return close;
}

/** A signed acceptance as statements and answers hold it. */
export function signedAcceptanceJson(acceptance: SignedAcceptance): JsonObject {
  return jsonObject({
    statement: encodeB64(acceptance.statement),
    signature: encodeB64(acceptance.signature),
  });
}

function optional(data: Uint8Array | null): string | undefined {
  return data === null ? undefined : encodeB64(data);
}

/** One member, as statements name it. */
export function memberJson(member: Member): JsonObject {
  return jsonObject(memberFields(member));
}

function memberFields(member: Member): Record<string, Json | undefined> {
  return {
    account: encodeB64(member.account),
    generation: member.generation,
    chain_head: encodeB64(member.chainHead),
    role: member.role,
    rights: member.rights,
    until: member.until ?? undefined,
  };
}

/** One member, as statements name it. Throws MalformedData. Spec: §5.1 */
export function readMember(fields: Fields): Member {
  return {
    account: fields.data("account", SIZES.ACCOUNT_ID),
    generation: fields.number("generation"),
    chainHead: fields.data("chain_head", SIZES.HASH),
    role: fields.choice("role", ROLES),
    rights: fields.choice("rights", RIGHTS),
    until: fields.has("until") ? fields.integer("until") : null,
  };
}

function readChange(fields: Fields): { change: Change; account: Uint8Array | null } {
  const change = fields.choice("kind", CHANGES);
  return { change, account: WITHOUT_SUBJECT.has(change) ? null : fields.data("account", SIZES.ACCOUNT_ID) };
}

function readGrants(fields: Fields): readonly NamedGrant[] {
  const grants = fields.objects("grants", readGrant, 1, SIZES.MAX_MEMBERS);
  requireAscending(
    grants.map((grant) => grant.account),
    "Grants",
  );
  return grants;
}

function readGrant(fields: Fields): NamedGrant {
  return { account: fields.data("account", SIZES.ACCOUNT_ID), digest: fields.data("digest", SIZES.HASH) };
}

function readSignedAcceptance(fields: Fields): SignedAcceptance {
  return {
    statement: fields.blob("statement", SIZES.MAX_STATEMENT),
    signature: fields.data("signature", SIZES.SIGNATURE),
  };
}
