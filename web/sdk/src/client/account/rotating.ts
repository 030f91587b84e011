/**
 * Rotations of the own account: they revoke keyholders, replace the recovery sheet, and happen by chance.
 *
 * Rules
 * - A rotation and its secret are durable before the rotation is sent. It is sent again, byte for byte, until the server
 *   accepts it, at the next sync at the latest. It is never signed ahead.
 * - Where the server has accepted another statement instead, this home fetches the account and discards its rotation. It
 *   signs a new one if any of the old one's purpose remains.
 *
 * Spec: §4.12
 */

import { BadReceipt, NotAllowed, ServerRefused, TransportError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import type { SignedAccountStatement } from "../../protocol/accounts.ts";
import { continueChain } from "../../protocol/accounts.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import {
  encodeB64,
  encodeMessageJson,
  type JsonObject,
  jsonObject,
  parseMessageJson,
  readInteger,
  u32,
} from "../../protocol/codec.ts";
import { Fields } from "../../protocol/fields.ts";
import { findKeyholder, parseSet, verifySets } from "../../protocol/keyholderSets.ts";
import { nextHead } from "../../protocol/log.ts";
import { type Receipt, signerOf, verifyReceipt } from "../../protocol/receipts.ts";
import { linkJson, readLink } from "../../seal/chains.ts";
import { GenerationSecret, KeyholderSecret } from "../../seal/keys.ts";
import { commit, read, type Step } from "../core/effects.ts";
import { accountChanges, type Home, parseStatements } from "../core/home.ts";
import { Identity } from "../identity.ts";
import { MOVED } from "../log/delivering.ts";
import { fetchAll } from "../log/fetching.ts";
import { forgetFolded } from "../log/folding.ts";
import { learnReceiptKey, pull } from "../log/pulling.ts";
import { standingOf } from "../log/standing.ts";
import { makeRotation, newestSet, secretsOf } from "./keyholderRequests.ts";
import { refreshAccount } from "./opening.ts";

const CHANCE = 30; // a rotation by chance happens on one day in this many
const DAY = 24 * 3600; // seconds
const TRIES = 6; // statements in a row that the server accepts from other devices before this home gives up for now
const UNPROCESSABLE = 422;
const MOVED_HERE: ReadonlySet<string> = new Set([...MOVED, "set_moved"]);
const ROW = "rotation";
const DRAWN = "drawn"; // the last day on which chance had its say

/** What a rotation is for: keyholders to revoke (their ids), and a new recovery sheet. */
export interface Wanted {
  readonly remove: readonly Uint8Array[];
  readonly sheet: KeyholderSecret | null;
}

/** A rotation that is under way, as its row has it. */
interface Pending extends Wanted {
  readonly seed: Uint8Array;
  readonly rotation: SignedAccountStatement;
  readonly set: SignedAccountStatement;
  readonly digests: readonly Uint8Array[];
  readonly request: JsonObject;
}

/**
 * Rotates now. After an error the next sync finishes a rotation that has begun.
 *
 * Throws NotAllowed: this home would be revoked, or there are too many keyholders, and nothing was begun; TransportError,
 * ServerRefused: not now, the next sync goes on; VerificationError: the server broke the rules. Spec: §4.12
 */
export function* rotate(home: Home, wanted: Wanted): Step<void> {
  yield* resumeRotation(home);
  yield* fetchAll(home);
  const left = leftOf(home, wanted);
  if (!isEmpty(left) || isEmpty(wanted)) {
    yield* begin(home, left);
    yield* resumeRotation(home);
  }
}

/** Finishes the rotation that began here, if there is one. Throws as `rotate`. */
export function* resumeRotation(home: Home): Step<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const pending = yield* load(home);
    if (pending === null || (yield* send(home, pending))) return;
    yield* fetchAll(home);
    const left = leftOf(home, pending);
    if (isEmpty(left)) return yield* clear();
    try {
      yield* begin(home, left);
    } catch (error) {
      if (error instanceof NotAllowed) yield* clear(); // nobody could sign it any more
      throw error;
    }
  }
  throw new TransportError("Other devices of yours keep changing the account just now. It goes on at the next sync.");
}

/**
 * Rotates on one in thirty of the days on which the rotator syncs, so that a rotation tells little. The first day that a home
 * sees counts as drawn. Throws as `rotate`. Spec: §4.12
 */
export function* rotateByChance(home: Home): Step<void> {
  const today = Math.floor(home.clock.now() / DAY);
  const rows = yield* read([DRAWN, "unconfirmed"]);
  const row = rows.get(DRAWN);
  const last = row === undefined ? null : readInteger(row);
  const isRotator = sameBytes(newestSet(home).rotator, home.keyholder.id) && !rows.has("unconfirmed");
  if (!isRotator || (last !== null && last >= today)) return;
  yield* commit([{ name: DRAWN, value: u32(today) }]);
  if (last !== null && isDrawn(home)) yield* rotate(home, { remove: [], sheet: null });
}

/** One chance in `CHANCE`, each as likely as the other. */
function isDrawn({ random }: Home): boolean {
  for (;;) {
    const [drawn = 0] = random.bytes(1, "chance");
    if (drawn < 256 - (256 % CHANCE)) return drawn % CHANCE === 0;
  }
}

/** The part of `wanted` that no accepted rotation has done. */
function leftOf(home: Home, { remove, sheet }: Wanted): Wanted {
  const set = newestSet(home);
  const isInUse = sheet !== null && findKeyholder(set, sheet.id) !== null;
  return { remove: remove.filter((id) => findKeyholder(set, id) !== null), sheet: isInUse ? null : sheet };
}

function isEmpty({ remove, sheet }: Wanted): boolean {
  return remove.length === 0 && sheet === null;
}

/** Signs a rotation, and makes it durable before it is sent. */
function* begin(home: Home, wanted: Wanted): Step<void> {
  const { secret, rotation, set, digests, request } = yield* makeRotation(home, wanted.remove, wanted.sheet);
  const pending = { ...wanted, seed: secret.seed, rotation, set, digests, request };
  yield* commit([{ name: ROW, value: home.vault.seal("rotation", encodePending(pending)) }]);
}

function* load(home: Home): Step<Pending | null> {
  const row = (yield* read([ROW])).get(ROW);
  return row === undefined ? null : parsePending(home.vault.open("rotation", row));
}

function* clear(): Step<void> {
  yield* commit([{ name: ROW, value: null }]);
}

/** Sends a rotation; whether it is accepted. Another statement may come first: then `resumeRotation` makes it anew. */
function* send(home: Home, pending: Pending): Step<boolean> {
  let receipt: Receipt | null = null;
  try {
    receipt = yield* home.connection.rotate(pending.request);
  } catch (error) {
    if (!(error instanceof ServerRefused)) throw error;
    if (!MOVED_HERE.has(error.code)) {
      if (error.status === UNPROCESSABLE) yield* clear(); // the server would refuse it each time
      throw error;
    }
  }
  if (receipt !== null) {
    yield* learnReceiptKey(home, home.identity.accountJournal, receipt);
    yield* adopt(home, pending, receipt);
    yield* pull(home, home.identity.accountJournal);
    return true;
  }
  yield* refreshAccount(home); // another statement came first; or the server accepted this one before
  const name = `chain/${encodeB64(home.identity.account)}`;
  const statements = parseStatements((yield* read([name])).get(name) ?? new Uint8Array());
  const isAccepted = statements.some(({ statement }) => sameBytes(statement, pending.rotation.statement));
  if (isAccepted) yield* clear();
  return isAccepted;
}

/** Makes the keys of an accepted rotation those of the account, in one commit. */
function* adopt(home: Home, pending: Pending, receipt: Receipt): Step<void> {
  const { account, accountJournal } = home.identity;
  const places = yield* promised(home, pending, receipt);
  const name = `chain/${encodeB64(account)}`;
  const rows = yield* read([name, "sets"]);
  const statements = [...parseStatements(rows.get(name) ?? new Uint8Array()), pending.rotation];
  const sets = [...parseStatements(rows.get("sets") ?? new Uint8Array()), pending.set];
  const before = home.chains.get(account);
  if (before === undefined) throw new RangeError("a home without its own chain");
  const chain = continueChain(before, [pending.rotation]);
  const secrets = [...secretsOf(home), new GenerationSecret(pending.seed, chain.newest.generation)];
  const identity = new Identity(account, secrets, verifySets(chain, sets, home.identity.sets));
  yield* commit([
    ...accountChanges({ chain, statements, sets, secrets }, home.vault),
    ...places.map(({ seq, digest }) => ({ name: `place/${encodeB64(accountJournal)}/${seq}`, value: digest })),
    { name: ROW, value: null },
  ]);
  home.chains.set(account, chain);
  home.identity = identity;
  home.accountState = null;
  forgetFolded(home);
}

/** The places of the account journal's push, under this receipt. Throws BadReceipt. */
function* promised(
  home: Home,
  { set, digests }: Pending,
  receipt: Receipt,
): Step<readonly { readonly seq: number; readonly digest: Uint8Array }[]> {
  const journal = home.identity.accountJournal;
  const { accountHead } = parseSet(set.statement);
  const newest = home.receiptKeys.at(-1);
  if (accountHead === null || newest === undefined) throw new RangeError("a rotation without its head");
  let { head } = accountHead;
  for (const digest of digests) head = nextHead(head, digest);
  verifyReceipt(receipt, journal, signerOf(receipt, journal, home.receiptKeys) ?? newest);
  if (receipt.seq !== accountHead.seq + digests.length || !sameBytes(receipt.head, head)) {
    throw new BadReceipt("The server signs for something else than your rotation.", "client.rotation_receipt");
  }
  const { log } = yield* standingOf(journal);
  const places = digests.map((digest, at) => ({ seq: accountHead.seq + 1 + at, digest }));
  return places.filter(({ seq }) => seq > log.seq);
}

function encodePending({ remove, sheet, seed, rotation, set, digests, request }: Pending): Uint8Array {
  return encodeMessageJson(
    jsonObject({
      remove: remove.map(encodeB64),
      sheet: sheet === null ? undefined : encodeB64(sheet.seed),
      seed: encodeB64(seed),
      rotation: linkJson(rotation),
      set: linkJson(set),
      digests: digests.map(encodeB64),
      request,
    }),
  );
}

function parsePending(data: Uint8Array): Pending {
  const fields = new Fields(parseMessageJson(data, "A stored rotation"), "A stored rotation", { open: true });
  return {
    remove: fields.datas("remove", SIZES.KEYHOLDER_ID, 0, SIZES.MAX_KEYHOLDERS),
    sheet: fields.has("sheet") ? new KeyholderSecret(fields.data("sheet", SIZES.SEED), "recovery_sheet") : null,
    seed: fields.data("seed", SIZES.SEED),
    rotation: fields.object("rotation", readLink),
    set: fields.object("set", readLink),
    digests: fields.datas("digests", SIZES.HASH, 1, SIZES.MAX_PUSH_ITEMS),
    request: fields.jsonObject("request"),
  };
}
