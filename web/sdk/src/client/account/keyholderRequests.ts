/**
 * The requests that change an account's keyholders: the next set of the same generation, or a whole rotation.
 *
 * This module sends and stores nothing. Spec: §4.11, §4.12
 */

import { makeAccountDocument } from "../../documents/account.ts";
import { NotAllowed } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import {
  type AccountChain,
  continueChain,
  encodeRotation,
  type GenerationKeys,
  type SignedAccountStatement,
} from "../../protocol/accounts.ts";
import { compareBytes, sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, type JsonObject, jsonObject, parseB64 } from "../../protocol/codec.ts";
import { encodeHeader } from "../../protocol/entries.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { encodeSet, type Keyholder, type KeyholderSet, setCommitment } from "../../protocol/keyholderSets.ts";
import { entryItem, type Item, itemDigest } from "../../protocol/log.ts";
import { encodeMessage } from "../../protocol/messages.ts";
import { encodeClose, parseClose } from "../../protocol/rosterStatements.ts";
import { statementHash } from "../../protocol/statements.ts";
import { linkJson } from "../../seal/chains.ts";
import { readersOf, sealEntry } from "../../seal/entries.ts";
import { GenerationSecret, type KeyholderSecret } from "../../seal/keys.ts";
import { wrapEarlierSeed, wrapPackage } from "../../seal/packages.ts";
import { list, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { Identity } from "../identity.ts";
import { accountState } from "../log/folding.ts";
import { refusedSince } from "../log/outbox.ts";
import { newestReceipt, requireOpen, standingOf } from "../log/standing.ts";
import { makeRotate } from "../log/statements.ts";
import { journalStatementJson } from "../server/bodies.ts";

const DAY = 24 * 3600; // seconds

/** A rotation that isn't sent yet. `digests`: of the account journal's items, which follow the set's `account_head`. */
export interface MadeRotation {
  readonly secret: GenerationSecret;
  readonly rotation: SignedAccountStatement;
  readonly set: SignedAccountStatement;
  readonly digests: readonly Uint8Array[];
  readonly request: JsonObject;
}

/** The newest keyholder set of an account. */
export function newestSet({ identity }: Home): KeyholderSet {
  const newest = identity.sets.at(-1);
  if (newest === undefined) throw new RangeError("an account without a keyholder set");
  return newest;
}

/** The next set of the same generation, with one more keyholder. `anchor`: of one that is no device. Throws NotAllowed. */
export function makeSetRequest(home: Home, added: Keyholder, anchor: Uint8Array | null): JsonObject {
  const [secret, chain] = [secretOf(home), chainOf(home)];
  const before = newestSet(home);
  const following = nextSet(before, [...before.keyholders, added]);
  return jsonObject({
    set: linkJson(signSet(secret, following)),
    packages: packagesJson(home, secret, chain, [added]),
    anchors: anchor === null ? [] : [anchorJson(added.id, anchor)],
  });
}

/**
 * The next generation, and the request that makes it the account's: without the keyholders in `remove`, and with `sheet`.
 *
 * Throws NotAllowed: this home would shut itself out, or there are too many keyholders. Spec: §4.12
 */
export function* makeRotation(
  home: Home,
  remove: readonly Uint8Array[],
  sheet: KeyholderSecret | null,
): Step<MadeRotation> {
  const { account } = home.identity;
  const [older, chain, before] = [secretOf(home), chainOf(home), newestSet(home)];
  const isRemoved = (id: Uint8Array): boolean => remove.some((one) => sameBytes(one, id));
  if (isRemoved(home.keyholder.id)) {
    throw new NotAllowed("This device can't take itself out. Do it from another device, or from the recovery words.");
  }
  const kept = before.keyholders.filter(({ id }) => !isRemoved(id));
  const { log } = yield* standingOf(home.identity.accountJournal);
  const secret = GenerationSecret.fresh(older.generation + 1, home.random);
  const following: KeyholderSet = {
    ...nextSet(before, sheet === null ? kept : [...kept, sheet.public]),
    generation: secret.generation,
    rotator: isRemoved(before.rotator) ? home.keyholder.id : before.rotator,
    accountHead: { seq: log.seq, head: log.head },
  };
  const { signKey, boxKey, kemKey } = secret;
  const keys: GenerationKeys = {
    signKey,
    boxKey,
    kemKey,
    keyholders: setCommitment(secret.salt, encodeSet(following)),
  };
  const statement = encodeRotation(account, chain.newest, keys, Math.floor(home.clock.now() / DAY));
  const rotation = { statement, signatures: [older.sign(statement), secret.sign(statement)] };
  const set = signSet(secret, following);
  const extended = continueChain(chain, [rotation]);
  const ahead: Home = {
    ...home,
    chains: new IdMap([...home.chains]).set(account, extended),
    identity: new Identity(account, [...secretsOf(home), secret], home.identity.sets),
  };
  const { items, json } = yield* accountPush(ahead, remove);
  return {
    secret,
    rotation,
    set,
    digests: items.map(itemDigest),
    request: jsonObject({
      rotation: linkJson(rotation),
      set: linkJson(set),
      packages: packagesJson(home, secret, extended, following.keyholders),
      anchors: sheet === null ? [] : [anchorJson(sheet.id, sheet.anchor(account))],
      earlier_seed: encodeB64(wrapEarlierSeed(older, account, chain.newest, extended.newest, home.random)),
      account_journal: json,
      closings: yield* renewedClosings(home, secret),
    }),
  };
}

function secretOf({ identity }: Home): GenerationSecret {
  const secret = identity.secret(identity.generation);
  if (secret === null) throw new RangeError("an account without its newest keys");
  return secret;
}

/** The secrets of all my generations, oldest first. */
export function secretsOf({ identity }: Home): readonly GenerationSecret[] {
  const numbers = Array.from({ length: identity.generation }, (_, at) => at + 1);
  return numbers.flatMap((number) => identity.secret(number) ?? []);
}

function chainOf({ chains, identity }: Home): AccountChain {
  const chain = chains.get(identity.account);
  if (chain === undefined) throw new RangeError("a home without its own chain");
  return chain;
}

function nextSet(before: KeyholderSet, keyholders: readonly Keyholder[]): KeyholderSet {
  if (keyholders.length > SIZES.MAX_KEYHOLDERS) {
    throw new NotAllowed(`An account has ${SIZES.MAX_KEYHOLDERS} ways in at most. Revoke one that you no longer use.`);
  }
  return {
    ...before,
    version: before.version + 1,
    prev: statementHash(encodeSet(before)),
    accountHead: null,
    keyholders: [...keyholders].sort((one, other) => compareBytes(one.id, other.id)),
  };
}

function signSet(secret: GenerationSecret, set: KeyholderSet): SignedAccountStatement {
  const statement = encodeSet(set);
  return { statement, signatures: [secret.sign(statement)] };
}

function packagesJson(
  { random }: Home,
  secret: GenerationSecret,
  chain: AccountChain,
  keyholders: readonly Keyholder[],
): readonly JsonObject[] {
  return keyholders.map((one) => {
    const sealed = wrapPackage(secret, chain.account, chain.newest, one, random);
    return jsonObject({ keyholder: encodeB64(one.id), package: encodeB64(sealed) });
  });
}

function anchorJson(keyholder: Uint8Array, mac: Uint8Array): JsonObject {
  return jsonObject({ keyholder: encodeB64(keyholder), mac: encodeB64(mac) });
}

/** A `rotate` of the account journal to the new generation, and the document that says where each journal stood. */
function* accountPush(
  ahead: Home,
  removed: readonly Uint8Array[],
): Step<{ readonly items: readonly Item[]; readonly json: JsonObject }> {
  const { identity, random } = ahead;
  const journal = identity.accountJournal;
  const made = makeRotate(ahead, requireOpen(yield* standingOf(journal)));
  const seen = yield* newestReceipt(journal);
  if (seen === null || made.key === null) {
    throw new NotAllowed("The account's own journal has not been fetched yet. Sync first.");
  }
  const refused = yield* refusedSince(ahead, journal);
  const document = makeAccountDocument(
    "rotated",
    jsonObject({
      generation: identity.generation,
      heads: yield* headsOf(ahead),
      removed: [...removed].sort(compareBytes).map(encodeB64),
    }),
    ahead.clock.now(),
  );
  const message = encodeMessage({ document, seen, follows: null, refused, attachments: [] });
  const header = {
    journal,
    entry: random.bytes(SIZES.ENTRY_ID, "entry_id", "rotated"),
    epoch: made.roster.epoch,
    author: identity.account,
    generation: identity.generation,
    attachments: [],
  };
  const blob = sealEntry(header, message, made.key, secretOf(ahead), readersOf(made.roster, ahead.chains), random);
  const encoded = encodeHeader(header);
  return {
    items: [{ type: "statement", signed: made.signed }, entryItem(encoded, blob)],
    json: jsonObject({
      items: [
        new Map([...journalStatementJson(made.signed, made.grants), ["kind", "statement"]]),
        jsonObject({ kind: "entry", header: encodeB64(encoded), blob: encodeB64(blob) }),
      ],
    }),
  };
}

/** Where each other journal stands, as this home has verified it, by the order of their ids. */
function* headsOf({ identity }: Home): Step<readonly JsonObject[]> {
  const journals = [...(yield* list("log/")).keys()].map((name) => parseB64(name.slice("log/".length)));
  const heads: JsonObject[] = [];
  for (const journal of journals.sort(compareBytes)) {
    if (sameBytes(journal, identity.accountJournal)) continue;
    const { log } = yield* standingOf(journal);
    if (log.seq === 0) continue;
    heads.push(jsonObject({ journal: encodeB64(journal), seq: log.seq, head: encodeB64(log.head) }));
  }
  return heads;
}

/** Every closing of mine that the server holds, signed anew: one that is missing would be cancelled. Spec: §5.6 */
function* renewedClosings(home: Home, secret: GenerationSecret): Step<readonly JsonObject[]> {
  const renewed: JsonObject[] = [];
  const { closings } = yield* accountState(home);
  for (const journal of [...closings.keys()].map((id) => parseB64(id)).sort(compareBytes)) {
    const closing = closings.get(encodeB64(journal));
    if (closing === undefined || closing.held !== "server" || (yield* standingOf(journal)).log.closed) continue;
    const statement = encodeClose({ ...parseClose(parseB64(closing.statement)), generation: secret.generation });
    renewed.push(
      jsonObject({
        journal: closing.journal,
        statement: encodeB64(statement),
        signature: encodeB64(secret.sign(statement)),
        salt: closing.salt,
        not_before: closing.not_before,
        ends: closing.ends ?? [],
      }),
    );
  }
  return renewed;
}
