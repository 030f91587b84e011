/**
 * Steps 1 to 3 of a page's verification, for which the server is answerable.
 *
 *     1  sequence gapless, heads chain, nothing behind the mark, nothing after a close
 *     2  receipts
 *     3  roster rules, and my grants
 *
 * A fault throws, and the caller freezes the journal. Steps 4 to 8 are in `verifyAuthors`. Spec: §6.9
 */

import { LogViolation, OpenError, Rollback, RosterViolation, VerificationError, Withheld } from "../../errors.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { parseCanonical } from "../../protocol/codec.ts";
import { contained } from "../../protocol/containing.ts";
import { appendItem, itemDigest, type LogState } from "../../protocol/log.ts";
import { findMember, type Roster } from "../../protocol/rosterChanges.ts";
import { unwrapGrant } from "../../seal/grants.ts";
import type { EpochKey } from "../../seal/keys.ts";
import type { Identity } from "../identity.ts";
import type { Placed, PulledPush } from "../server/pages.ts";
import type { Judged, JudgedPush } from "./judged.ts";
import type { Known } from "./known.ts";

/**
 * Step 1 for the page as a whole: checks that the server is not behind what it has shown or promised to this client.
 *
 * Throws Rollback.
 */
export function requireBeyond(state: LogState, newest: number, known: Known): void {
  if (newest < Math.max(state.seq, ...known.acknowledged.keys(), 0)) {
    throw new Rollback(
      "The server shows less than it did before: entries that were there are gone.",
      "client.rollback",
    );
  }
}

/**
 * Steps 1 to 3 for one push. An epoch that begins in it joins `known.epochs`.
 *
 * Throws LogViolation, Rollback, BadReceipt, RosterViolation, ChainViolation, BadSignature, MalformedData: a server
 * fault; an error that nobody foresaw is one too.
 */
export function verifyServer(before: LogState, push: PulledPush, me: Identity, known: Known): JudgedPush {
  const fault = (sentence: string): LogViolation => new LogViolation(sentence, "log.unforeseen");
  return contained("What the server shows of this journal", fault, () => {
    let state = before;
    const placed: { item: Placed; head: Uint8Array; roster: Roster }[] = [];
    for (const item of push.items) {
      requirePromised(item, known);
      state = appendItem(state, item.seq, item.item, known.chains);
      const { head, roster } = state;
      if (roster === null) {
        throw new RosterViolation("The journal does not begin with its genesis.", "log.genesis_first");
      }
      placed.push({ item, head, roster });
      takeGrant(roster, item, me, known);
    }
    state = known.accept(state, push.receipt);
    const items = placed.map(({ item, head, roster }): Judged => {
      const unread = { header: null, message: null, parsed: null, fault: null, isNew: false };
      return { placed: item, head, roster, time: state.time, ...unread };
    });
    return { state, receipt: push.receipt, items };
  });
}

function requirePromised(placed: Placed, known: Known): void {
  const promised = known.acknowledged.get(placed.seq);
  if (promised !== undefined && !sameBytes(promised, itemDigest(placed.item))) {
    throw new Rollback(
      "The server accepted an entry of yours, and now shows something else in its place.",
      "client.acknowledged",
    );
  }
}

/** Opens my grant of an epoch that this statement begins. A missing grant, and another one, are server faults. */
function takeGrant(roster: Roster, placed: Placed, me: Identity, known: Known): void {
  if (placed.item.type !== "statement" || known.epochs.has(roster.epoch)) return;
  const member = findMember(roster, me.account);
  if (member === null || !parseCanonical(placed.item.signed.statement).has("grants")) return;
  const grant = placed.grants.get(me.account);
  if (grant === undefined) {
    throw new RosterViolation("The server keeps back your key to this journal.", "client.grant_missing");
  }
  const secret = me.secret(member.generation);
  if (secret === null) throw new Withheld("The server keeps back your account's newest keys.", "client.own_secret");
  let key: EpochKey | null;
  try {
    key = unwrapGrant(grant, roster, me.account, secret);
  } catch (error) {
    const isMakersFault = error instanceof OpenError || error instanceof VerificationError;
    if (!isMakersFault || error instanceof RosterViolation) throw error;
    key = null;
  }
  known.epochs.set(roster.epoch, key);
}
