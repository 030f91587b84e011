/**
 * A restored home is confirmed by words that somebody reads out, and becomes a device of its own.
 *
 * Rules
 * - Entries never confirm a home, and neither does the server: only words do that a member, or another own device, shows.
 * - The device's secret is durable before the server hears of it. Repeated after a crash, it goes on with the same secret.
 * - The home changes its keyholder after the account lists it. Its own seed stays, so nothing is sealed anew; the words or
 *   the passkey open it no more.
 *
 * Spec: §4.9, §4.11
 */

import { DuologError, NotAllowed, PinMismatch } from "../../errors.ts";
import { encodeB64 } from "../../protocol/codec.ts";
import type { IdMap } from "../../protocol/idMap.ts";
import { KeyholderSecret } from "../../seal/keys.ts";
import { eightWords, sameWords } from "../../seal/words.ts";
import { commit, list, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { headsOf } from "../log/names.ts";
import { standingOf } from "../log/standing.ts";
import type { Change } from "../ports.ts";
import { addKeyholder } from "./keyholders.ts";
import { requireConfirmed } from "./opening.ts";

const ROW = "own_device"; // the seed of the device that a restored home becomes

/** What two devices compare, eight words each: the account's newest keys, and a journal's newest head. */
export interface Compared {
  readonly account: readonly string[];
  readonly journal: readonly string[];
}

/** The words that this home shows for a journal. Throws NotAllowed where it has nothing of it. */
export function* wordsToCompare({ identity, chains }: Home, journal: Uint8Array): Step<Compared> {
  const { log } = yield* standingOf(journal);
  const chain = chains.get(identity.account);
  if (log.seq === 0 || chain === undefined) throw new NotAllowed("This journal is not here. Sync, or check its name.");
  return { account: eightWords(chain.newest.statementHash), journal: eightWords(log.head) };
}

/**
 * Confirms a restored home by the words that another one reads out. `account`: of the own newest keys. `journals`: of a head
 * of one journal or more, perhaps of an earlier one than is here now.
 *
 * Throws PinMismatch: this home has other words, and stays unconfirmed; NotAllowed: no journal was compared.
 */
export function* confirmRestored(
  { identity, chains }: Home,
  account: readonly string[],
  journals: IdMap<readonly string[]>,
): Step<void> {
  if (journals.size === 0) throw new NotAllowed("Compare the words of at least one journal too.");
  const sentence = "The words differ: the server may have shown this home an old or another state. Do not go on.";
  const newest = chains.get(identity.account)?.newest.statementHash;
  if (newest === undefined || !sameWords(eightWords(newest), account)) {
    throw new PinMismatch(sentence, "client.confirm_account");
  }
  for (const [journal, words] of journals) {
    const heads = headsOf(yield* list(`head/${encodeB64(journal)}/`));
    if (!heads.some((head) => sameWords(eightWords(head), words)))
      throw new PinMismatch(sentence, "client.confirm_head");
  }
  yield* commit([{ name: "unconfirmed", value: null }]);
}

/**
 * Gives a restored, confirmed home a keyholder of its own; a home that is a device keeps its own. Do it again to go on.
 *
 * `rest`: the changes by which the program stores what unlocks the home, with this keyholder in the old one's place and the
 * same home seed. Afterwards the home is opened anew with it.
 *
 * Throws NotAllowed: the home isn't confirmed, or the account has too many ways in; and as `addKeyholder`.
 */
export function* becomeDevice(
  home: Home,
  rest: (keyholder: KeyholderSecret) => readonly Change[],
): Step<KeyholderSecret> {
  if (home.keyholder.kind === "device") return home.keyholder;
  yield* requireConfirmed();
  const row = (yield* read([ROW])).get(ROW);
  const begun = row === undefined ? null : new KeyholderSecret(home.vault.open("device", row), "device");
  const device = begun ?? KeyholderSecret.fresh("device", home.random);
  if (begun === null) yield* commit([{ name: ROW, value: home.vault.seal("device", device.seed) }]);
  yield* addKeyholder(home, device.public, null);
  yield* logOut(home);
  yield* commit([...rest(device), { name: ROW, value: null }]);
  return device;
}

/** The session that the words opened gives the words' package. It ends by itself where the server can't be reached. */
function* logOut(home: Home): Step<void> {
  try {
    yield* home.connection.logOut();
  } catch (error) {
    if (!(error instanceof DuologError)) throw error;
  }
}
