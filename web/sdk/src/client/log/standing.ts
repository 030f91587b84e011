/**
 * How far each journal is verified, as the store has it: `log/JOURNAL`, `frozen/JOURNAL`, `earlier/JOURNAL`,
 * `epoch/JOURNAL/NUMBER` (sealed), `place/JOURNAL/SEQ`: what the server promised. This was verified before it was stored.
 */

import { JournalFrozen, NotAllowed } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { fromUtf8, utf8 } from "../../protocol/bytes.ts";
import { encodeB64, encodeMessageJson, type JsonObject, jsonObject, parseMessageJson } from "../../protocol/codec.ts";
import { Fields } from "../../protocol/fields.ts";
import { IdMap, IdSet } from "../../protocol/idMap.ts";
import { emptyLog, type LogState } from "../../protocol/log.ts";
import { encodeReceipt, parseReceipt, type Receipt } from "../../protocol/receipts.ts";
import type { Roster } from "../../protocol/rosterChanges.ts";
import { memberJson, readMember } from "../../protocol/rosterStatements.ts";
import { EpochKey } from "../../seal/keys.ts";
import { list, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import type { Vault } from "../core/vault.ts";
import type { Change } from "../ports.ts";
import type { EarlierKey } from "./earlierKeys.ts";
import { Known } from "./known.ts";
import { numberIn } from "./names.ts";

/** A journal as this home has verified it. `frozen`: the reason why it is read-only, null where it isn't. */
export interface Standing {
  readonly log: LogState;
  readonly frozen: string | null;
  readonly earlier: readonly EarlierKey[];
}

export function* standingOf(journal: Uint8Array): Step<Standing> {
  const id = encodeB64(journal);
  const rows = yield* read([`log/${id}`, `frozen/${id}`, `earlier/${id}`]);
  const [log, frozen, earlier] = [rows.get(`log/${id}`), rows.get(`frozen/${id}`), rows.get(`earlier/${id}`)];
  return {
    log: log === undefined ? emptyLog(journal) : parseLog(log),
    frozen: frozen === undefined ? null : fromUtf8(frozen),
    earlier: earlier === undefined ? [] : parseEarlier(earlier),
  };
}

/** What this home knows of a journal, to verify its next page. `believed`: as `believedUntil` gives it. */
export function* knownOf(
  home: Home,
  journal: Uint8Array,
  earlier: readonly EarlierKey[],
  believed: ReadonlyMap<number, number> = new Map(),
): Step<Known> {
  const id = encodeB64(journal);
  const acknowledged = new Map<number, Uint8Array>();
  for (const [name, digest] of yield* list(`place/${id}/`)) acknowledged.set(numberIn(name), digest);
  return new Known({
    origin: home.connection.origin,
    receiptKeys: home.receiptKeys,
    chains: home.chains,
    epochs: yield* epochsOf(home.vault, id),
    acknowledged,
    believed,
    earlier,
  });
}

function* epochsOf(vault: Vault, id: string): Step<ReadonlyMap<number, EpochKey | null>> {
  const epochs = new Map<number, EpochKey | null>();
  for (const [name, row] of yield* list(`epoch/${id}/`)) {
    const epoch = numberIn(name);
    epochs.set(epoch, row.length === 0 ? null : new EpochKey(vault.open("epoch", row), epoch));
  }
  return epochs;
}

/**
 * The roster of an open journal. Throws NotAllowed: nothing of it is here, or it is closed; JournalFrozen: the server
 * broke the rules in it.
 */
export function requireOpen({ log, frozen }: Standing): Roster {
  if (log.roster === null) throw new NotAllowed("This journal is not here. Sync, or check its name.");
  if (frozen !== null) throw new JournalFrozen(`This journal is read-only: ${frozen}`);
  if (log.closed) throw new NotAllowed("This journal is closed.");
  return log.roster;
}

/** The newest receipt of a journal that this home has verified; null before the first one. */
export function* newestReceipt(journal: Uint8Array): Step<Receipt | null> {
  const name = `receipt/${encodeB64(journal)}`;
  const row = (yield* read([name])).get(name);
  return row === undefined ? null : parseReceipt(row);
}

/** The changes that make a verified state the mark of its journal. `receipt`: of its last push. */
export function standingChanges(home: Home, state: LogState, receipt: Receipt, known: Known): readonly Change[] {
  const id = encodeB64(state.journal);
  const epochs = [...known.epochs].map(([epoch, key]) => ({
    name: `epoch/${id}/${epoch}`,
    value: key === null ? new Uint8Array() : home.vault.seal("epoch", key.key),
  }));
  const come = [...known.acknowledged.keys()].filter((seq) => seq <= state.seq);
  return [
    { name: `log/${id}`, value: encodeLog(state) },
    { name: `earlier/${id}`, value: encodeEarlier(known.earlier) },
    { name: `receipt/${id}`, value: encodeReceipt(receipt) },
    ...epochs,
    ...come.map((seq) => ({ name: `place/${id}/${seq}`, value: null })),
  ];
}

/** The change that makes a journal read-only for good. What was verified stays readable. */
export function frozenChange(journal: Uint8Array, reason: string): Change {
  return { name: `frozen/${encodeB64(journal)}`, value: utf8(reason) };
}

function encodeEarlier(earlier: readonly EarlierKey[]): Uint8Array {
  const keys = earlier.map(({ until, origin, key }) => jsonObject({ until, origin, key: encodeB64(key) }));
  return encodeMessageJson(jsonObject({ keys }));
}

function parseEarlier(data: Uint8Array): readonly EarlierKey[] {
  const fields = new Fields(parseMessageJson(data, "Stored keys"), "Stored keys");
  const readKey = (one: Fields): EarlierKey => ({
    until: one.integer("until", 1),
    origin: one.text("origin", SIZES.MAX_ORIGIN),
    key: one.data("key", SIZES.SIGN_KEY),
  });
  return fields.objects("keys", readKey, 0, SIZES.MAX_SERVERS);
}

function encodeLog(state: LogState): Uint8Array {
  return encodeMessageJson(
    jsonObject({
      journal: encodeB64(state.journal),
      seq: state.seq,
      head: encodeB64(state.head),
      time: state.time,
      key: state.key === null ? undefined : encodeB64(state.key),
      roster: state.roster === null ? undefined : rosterJson(state.roster),
      closed: state.closed,
      closed_under: state.closedUnder === null ? undefined : encodeB64(state.closedUnder),
    }),
  );
}

function parseLog(data: Uint8Array): LogState {
  const fields = new Fields(parseMessageJson(data, "A stored log"), "A stored log");
  return {
    journal: fields.data("journal", SIZES.JOURNAL_ID),
    seq: fields.integer("seq"),
    head: fields.data("head", SIZES.HASH),
    time: fields.integer("time"),
    key: fields.has("key") ? fields.data("key", SIZES.SIGN_KEY) : null,
    roster: fields.has("roster") ? fields.object("roster", readRoster) : null,
    closed: fields.flag("closed"),
    closedUnder: fields.has("closed_under") ? fields.data("closed_under", SIZES.SIGN_KEY) : null,
  };
}

function rosterJson(roster: Roster): JsonObject {
  return jsonObject({
    journal: encodeB64(roster.journal),
    nonce: encodeB64(roster.nonce),
    founder: encodeB64(roster.founder),
    version: roster.version,
    head: encodeB64(roster.head),
    members: roster.members.map(memberJson),
    provisional: roster.provisional,
    epoch: roster.epoch,
    epoch_commitment: encodeB64(roster.epochCommitment),
    stale: roster.stale,
    grants: [...roster.grants].map(([account, digest]) =>
      jsonObject({ account: encodeB64(account), digest: encodeB64(digest) }),
    ),
    accepted: [...roster.accepted].map(encodeB64),
  });
}

function readRoster(fields: Fields): Roster {
  const grants = (one: Fields) => [one.data("account", SIZES.ACCOUNT_ID), one.data("digest", SIZES.HASH)] as const;
  return {
    journal: fields.data("journal", SIZES.JOURNAL_ID),
    nonce: fields.data("nonce", SIZES.NONCE),
    founder: fields.data("founder", SIZES.ACCOUNT_ID),
    version: fields.number("version"),
    head: fields.data("head", SIZES.HASH),
    members: fields.objects("members", readMember, 0, SIZES.MAX_MEMBERS),
    provisional: fields.flag("provisional"),
    epoch: fields.number("epoch"),
    epochCommitment: fields.data("epoch_commitment", SIZES.COMMITMENT),
    stale: fields.flag("stale"),
    grants: new IdMap(fields.objects("grants", grants, 0, SIZES.MAX_MEMBERS)),
    accepted: new IdSet(fields.datas("accepted", SIZES.HASH, 0, SIZES.MAX_U32)),
  };
}
