/**
 * The ways into an account: their views, adding one, revoking some, and a new recovery sheet.
 *
 * Rules
 * - No answer to another account shows any of it.
 * - A keyholder that another device added is new to this home until its owner has looked at it here.
 * - Adding needs a confirmed home. Revoking does not: one device alone can do it at any time.
 *
 * Spec: §4.11, §4.12
 */

import { NotAllowed, ServerRefused, TransportError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64 } from "../../protocol/codec.ts";
import { IdSet } from "../../protocol/idMap.ts";
import { findKeyholder, type Keyholder, type KeyholderKind } from "../../protocol/keyholderSets.ts";
import { KeyholderSecret } from "../../seal/keys.ts";
import { encodeWords } from "../../seal/words.ts";
import { commit, read, type Step } from "../core/effects.ts";
import { type Home, KNOWN, knownChange } from "../core/home.ts";
import { accountState } from "../log/folding.ts";
import { behind, liftAll } from "../log/lifting.ts";
import { note } from "../log/notes.ts";
import { makeSetRequest, newestSet } from "./keyholderRequests.ts";
import { refreshAccount, requireConfirmed } from "./opening.ts";
import { resumeRotation, rotate } from "./rotating.ts";

const TRIES = 6; // sets in a row that the server takes from other devices before this home gives up for now
const NEW_SHEET = "new_sheet";
const UNPROVEN = "unproven_sheet";
const SHEET = "sheet";

/**
 * One way into the account. `came`: the version of the first set that lists it. `label`: its name, by its owner. `isNew`:
 * another device added it, and its owner has not looked at it here.
 */
export interface KeyholderView {
  readonly id: Uint8Array;
  readonly kind: KeyholderKind;
  readonly label: string | null;
  readonly here: boolean;
  readonly came: number;
  readonly isNew: boolean;
}

/** After a revocation: the generation of the new keys, and the journals that follow later. */
export interface Revoked {
  readonly generation: number;
  readonly behind: readonly Uint8Array[];
}

/** Every keyholder of the account, in the order in which they came. Without the network. */
export function* keyholders(home: Home): Step<readonly KeyholderView[]> {
  const { labels } = yield* accountState(home);
  const known = yield* knownHere();
  const found = newestSet(home).keyholders.map(({ id, kind }) => ({
    id,
    kind,
    label: labels.get(encodeB64(id)) ?? null,
    here: sameBytes(id, home.keyholder.id),
    came: home.identity.sets.find((set) => findKeyholder(set, id) !== null)?.version ?? 0,
    isNew: known !== null && !known.has(id),
  }));
  return found.sort((one, other) => one.came - other.came || rank(one) - rank(other));
}

/** The owner has looked at every way into the account that there is now: none counts as new here afterwards. */
export function* lookAtKeyholders(home: Home): Step<void> {
  yield* commit([knownChange(newestSet(home).keyholders.map(({ id }) => id))]);
}

/** What this home's owner added is not new to them. */
function* know(id: Uint8Array): Step<void> {
  const known = yield* knownHere();
  if (known !== null && !known.has(id)) yield* commit([knownChange([...known, id])]);
}

/** The ways in of which the owner knows here; null in a home that never noted them. */
function* knownHere(): Step<IdSet | null> {
  const row = (yield* read([KNOWN])).get(KNOWN);
  if (row === undefined) return null;
  const count = Math.floor(row.length / SIZES.KEYHOLDER_ID);
  return new IdSet(
    Array.from({ length: count }, (_, at) => row.slice(at * SIZES.KEYHOLDER_ID, (at + 1) * SIZES.KEYHOLDER_ID)),
  );
}

function rank({ kind }: KeyholderView): number {
  return kind === "device" ? 0 : 1;
}

/** Names a keyholder on all own devices. Throws NotAllowed when there is no such one; and as `note`. */
export function* nameKeyholder(home: Home, keyholder: Uint8Array, label: string): Step<void> {
  requireListed(home, keyholder);
  yield* note(home, { kind: "keyholder_label", body: { keyholder: encodeB64(keyholder), label } });
}

/**
 * Adds a keyholder, with its anchor unless it is a device; the version of a set that lists it. Add it again to go on.
 *
 * Throws NotAllowed: an unconfirmed home, or too many keyholders; TransportError, ServerRefused: not now.
 */
export function* addKeyholder(home: Home, added: Keyholder, anchor: Uint8Array | null): Step<number> {
  yield* requireConfirmed();
  for (let tries = 0; tries < TRIES; tries++) {
    const set = newestSet(home);
    if (findKeyholder(set, added.id) !== null) {
      yield* know(added.id);
      return set.version;
    }
    try {
      yield* home.connection.changeSet(makeSetRequest(home, added, anchor));
    } catch (error) {
      if (!(error instanceof ServerRefused && error.code === "set_moved")) throw error;
    }
    yield* refreshAccount(home);
  }
  throw new TransportError("Other devices of yours keep changing the account just now. Try again in a moment.");
}

/**
 * Revokes keyholders in one rotation. It ends their sessions, and they get no newer keys; what they have read, they keep.
 * The journals follow, some with the next syncs.
 *
 * Throws NotAllowed for no id, one that the newest set doesn't list, or this very device; and as `rotate`. Spec: §4.12
 */
export function* revoke(home: Home, chosen: readonly Uint8Array[]): Step<Revoked> {
  if (chosen.length === 0) throw new NotAllowed("Name the ways in to revoke.");
  yield* resumeRotation(home);
  for (const id of chosen) requireListed(home, id);
  yield* rotate(home, { remove: chosen, sheet: null });
  return yield* follow(home);
}

/**
 * The 24 words of a new recovery sheet, the same until it is in use. After they are on paper: `replaceSheet`.
 *
 * Throws NotAllowed in a home that was opened with the old words: it would shut itself out.
 */
export function* newSheet(home: Home): Step<readonly string[]> {
  if (home.keyholder.kind === "recovery_sheet") {
    throw new NotAllowed("This home was opened with the old words, and would shut itself out. Compare words first.");
  }
  const begun = yield* begunSheet(home);
  if (begun !== null) return encodeWords(begun.seed);
  const sheet = KeyholderSecret.fresh("recovery_sheet", home.random);
  yield* commit([{ name: NEW_SHEET, value: home.vault.seal("sheet", sheet.seed) }]);
  return encodeWords(sheet.seed);
}

/**
 * Puts the new sheet in the place of every older one. The older words open nothing after that.
 *
 * Throws NotAllowed when this home has made no new sheet; and as `rotate`. Spec: §4.12
 */
export function* replaceSheet(home: Home): Step<Revoked> {
  yield* resumeRotation(home);
  const sheet = yield* begunSheet(home);
  if (sheet === null) throw new NotAllowed("There are no new words yet. Make them first, and write them down.");
  const older = newestSet(home).keyholders.filter(
    ({ id, kind }) => kind === "recovery_sheet" && !sameBytes(id, sheet.id),
  );
  yield* rotate(home, { remove: older.map(({ id }) => id), sheet });
  yield* know(sheet.id);
  yield* commit([NEW_SHEET, UNPROVEN, SHEET].map((name) => ({ name, value: null })));
  return yield* follow(home);
}

/** Whether a new sheet was made here and is not in use yet. */
export function* isNewSheet(): Step<boolean> {
  return (yield* read([NEW_SHEET])).has(NEW_SHEET);
}

function* begunSheet(home: Home): Step<KeyholderSecret | null> {
  const row = (yield* read([NEW_SHEET])).get(NEW_SHEET);
  return row === undefined ? null : new KeyholderSecret(home.vault.open("sheet", row), "recovery_sheet");
}

function requireListed(home: Home, keyholder: Uint8Array): void {
  if (findKeyholder(newestSet(home), keyholder) === null) {
    throw new NotAllowed("There is no such way into your account.");
  }
}

/** Lifts the journals after a rotation; the next syncs lift those that fail now. */
function* follow(home: Home): Step<Revoked> {
  yield* liftAll(home);
  return { generation: home.identity.generation, behind: yield* behind(home) };
}
