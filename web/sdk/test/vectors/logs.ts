/** The kinds of `accounts.json`, `journals.json` and `entries.json`: chains, sets, logs, grants and entries. */

import {
  type AccountChain,
  requireDescent,
  type SignedAccountStatement,
  verifyChain,
} from "../../src/protocol/accounts.ts";
import { encodeB64, parseB64 } from "../../src/protocol/codec.ts";
import { parseHeader, requireBlobSize } from "../../src/protocol/entries.ts";
import { checkEntry } from "../../src/protocol/entryRules.ts";
import { IdMap } from "../../src/protocol/idMap.ts";
import { requireOwnSet } from "../../src/protocol/keyholderSets.ts";
import { acceptReceipt, appendItem, emptyLog, entryItem, type Item, type LogState } from "../../src/protocol/log.ts";
import { documentJson, parseMessage } from "../../src/protocol/messages.ts";
import { parseReceipt } from "../../src/protocol/receipts.ts";
import { checkGrants } from "../../src/protocol/roster.ts";
import type { Roster } from "../../src/protocol/rosterChanges.ts";
import { parseAcceptance } from "../../src/protocol/rosterStatements.ts";
import { EntryOpener, readersOf } from "../../src/seal/entries.ts";
import { unwrapGrant } from "../../src/seal/grants.ts";
import { EpochKey, GenerationSecret } from "../../src/seal/keys.ts";
import { Inputs, type Runner } from "./cases.ts";

export function accountStatements(items: readonly Inputs[]): readonly SignedAccountStatement[] {
  return items.map((item) => ({
    statement: item.data("statement"),
    signatures: item.list("signatures").map((signature) => parseB64(String(signature))),
  }));
}

/** The chain in a field of a case, which may name a shared one. */
export function chainOf(input: Inputs, name: string, shared: Inputs): AccountChain {
  const isNamed = typeof input.value.get(name) === "string";
  return verifyChain(
    accountStatements(isNamed ? shared.object("accounts").objects(input.text(name)) : input.objects(name)),
  );
}

export function secretOf(input: Inputs): GenerationSecret {
  return new GenerationSecret(input.data("seed"), input.number("generation"));
}

function sharedChains(shared: Inputs): IdMap<AccountChain> {
  const accounts = shared.object("accounts");
  const chains = [...accounts.value.keys()].map((name) => verifyChain(accountStatements(accounts.objects(name))));
  return new IdMap(chains.map((chain) => [chain.account, chain]));
}

function itemOf(input: Inputs): Item {
  if (!input.has("statement")) return entryItem(input.data("header"), input.data("blob"));
  const signatures = input
    .objects("signatures")
    .map((item) => ({ account: item.data("account"), signature: item.data("signature") }));
  return { type: "statement", signed: { statement: input.data("statement"), signatures } };
}

/** The state after a log, with a receipt wherever one stands; `after` names a shared log to go on from. */
function logOf(input: Inputs, shared: Inputs): LogState {
  const before = input.has("after") ? shared.object("logs").object(input.text("after")) : null;
  const chains = sharedChains(shared);
  const items = input.has("items") ? input.objects("items") : [];
  let state = emptyLog((before ?? input).data("journal"));
  for (const [at, item] of [...(before?.objects("items") ?? []), ...items].entries()) {
    state = appendItem(state, item.has("seq") ? item.number("seq") : at + 1, itemOf(item), chains);
    if (item.has("receipt")) {
      const key = item.has("receipt_key") ? item.data("receipt_key") : shared.data("receipt_key");
      state = acceptReceipt(state, parseReceipt(item.data("receipt")), key);
    }
    if (item.has("grants") && state.roster !== null) {
      const grants = item.object("grants");
      const pairs = [...grants.value.keys()].map((name) => [parseB64(name), grants.data(name)] as const);
      checkGrants(state.roster, new IdMap(pairs));
    }
  }
  return state;
}

/** The roster behind the shared log that `after` names. */
function rosterAfter(input: Inputs, shared: Inputs): Roster {
  const { roster } = logOf(new Inputs(new Map([["after", input.text("after")]])), shared);
  if (roster === null) throw new TypeError("a log without a roster");
  return roster;
}

export const LOGS: Readonly<Record<string, Runner>> = {
  chain: (input, shared) => {
    const chain = chainOf(input, "chain", shared);
    return { account: encodeB64(chain.account), chain_head: encodeB64(chain.newest.statementHash) };
  },
  descent: (input, shared) => {
    requireDescent(chainOf(input, "pinned", shared), chainOf(input, "offered", shared));
    return {};
  },
  sets: (input, shared) => {
    const chain = chainOf(input, "chain", shared);
    const newest = requireOwnSet(chain, accountStatements(input.objects("sets")), input.data("salt"));
    return { version: newest.version, keyholders: newest.keyholders.map((item) => encodeB64(item.id)) };
  },
  acceptance: (input) => {
    const acceptance = parseAcceptance(input.data("acceptance"));
    return {
      journal: encodeB64(acceptance.journal),
      account: encodeB64(acceptance.member.account),
      role: acceptance.member.role,
    };
  },
  log: (input, shared) => {
    const { seq, head, time, closed, roster } = logOf(input, shared);
    const found = { seq, head: encodeB64(head), time, closed };
    if (roster === null) return found;
    const { epoch, stale, provisional } = roster;
    const members = roster.members.map(({ account, generation, role, rights, until }) => [
      encodeB64(account),
      generation,
      role,
      rights,
      until,
    ]);
    return { ...found, epoch, stale, provisional, members };
  },
  grant: (input, shared) => {
    const roster = rosterAfter(input, shared);
    const key = unwrapGrant(input.data("grant"), roster, input.data("account"), secretOf(input));
    return { epoch_key: encodeB64(key.key) };
  },
  entry: (input, shared) => {
    const roster = rosterAfter(input, shared);
    const header = parseHeader(input.data("header"));
    const blob = input.data("blob");
    requireBlobSize(blob);
    checkEntry(header, roster);
    const key = new EpochKey(input.data("epoch_key"), header.epoch);
    const readers = readersOf(roster, sharedChains(shared));
    const message = new EntryOpener(key, input.data("account"), secretOf(input), readers).open(header, blob);
    return { message: encodeB64(message), document: documentJson(parseMessage(message).document) };
  },
};
