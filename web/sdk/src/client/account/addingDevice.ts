/**
 * Adding a device, on the old device: two steps, and a person who compares words between them.
 *
 * Rules
 * - The code decides which keys are added: those at the rendezvous must be the keys of the code.
 * - Nothing is added before the person has seen the same eight words of the account on both devices.
 * - Each step is durable before it is sent. Repeated after a crash, it sends the same bytes.
 *
 * Spec: §4.11
 */

import { NotAllowed, PinMismatch } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, encodeMessageJson, jsonObject, parseMessageJson } from "../../protocol/codec.ts";
import { Fields } from "../../protocol/fields.ts";
import { DeviceCode, type DeviceKeys, parseCode } from "../../seal/deviceCodes.ts";
import { encodeDeviceAccount, encodeDeviceAdded, parseDeviceKeys } from "../../seal/devices.ts";
import { eightWords, sameWords } from "../../seal/words.ts";
import { commit, read, type Step } from "../core/effects.ts";
import { type Home, parseStatements } from "../core/home.ts";
import { standingOf } from "../log/standing.ts";
import { addKeyholder, nameKeyholder } from "./keyholders.ts";
import { requireConfirmed } from "./opening.ts";

const ROW = "adding";

/** A device that is being let in. `shown`, `added`: my sealed messages, once they are made. */
interface Adding {
  readonly code: DeviceCode;
  readonly keys: DeviceKeys;
  readonly shown: Uint8Array;
  readonly added: Uint8Array | null;
}

/**
 * Shows the account to the new device with this code; the eight words to compare on both devices.
 *
 * Throws MalformedData: the code is invalid, and the sentence says how; NotAllowed: a home that isn't confirmed, or nothing
 * waits under this code; VerificationError: other keys wait than those of the code.
 */
export function* beginAdding(home: Home, text: string): Step<readonly string[]> {
  yield* requireConfirmed();
  const code = parseCode(text);
  const waiting = yield* home.connection.fetchMessage(code.rendezvous, "new", 1);
  if (waiting === null) {
    throw new NotAllowed(
      "Nothing waits under this code. Codes are good for ten minutes: begin again on the new device if it is older, " +
        "and check that it names the same server.",
    );
  }
  const keys = parseDeviceKeys(code.open("new", 1, waiting));
  code.requireKeys(keys);
  const begun = yield* load(home);
  const isSame = begun !== null && sameBytes(begun.code.code, code.code);
  const adding = isSame ? begun : { code, keys, shown: yield* shownTo(home, code), added: null };
  if (!isSame) yield* save(home, adding);
  yield* home.connection.leaveMessage(code.rendezvous, "old", 1, adding.shown);
  return eightWords(home.identity.account);
}

/**
 * Adds the device that shows these words; its keyholder's id. Confirm it again to go on.
 *
 * Throws NotAllowed: no device was shown the account here; PinMismatch: the words differ, and nothing was added.
 */
export function* confirmAdding(home: Home, words: readonly string[], label: string | null): Step<Uint8Array> {
  const adding = yield* load(home);
  if (adding === null) throw new NotAllowed("No new device waits to be let in. Begin with the code that it shows.");
  const own = eightWords(home.identity.account);
  if (!sameWords(own, words)) {
    throw new PinMismatch(
      "The words differ: somebody else may have seen the code and answered. Nothing was added. Begin again on the new " +
        "device with a new code, where nobody looks on.",
      "client.device_words",
    );
  }
  const { code, keys } = adding;
  const keyholder = code.requireKeys(keys);
  const version = yield* addKeyholder(home, keyholder, null);
  const added = adding.added ?? code.seal("old", 2, encodeDeviceAdded({ version }), home.random);
  if (adding.added === null) yield* save(home, { ...adding, added });
  yield* home.connection.leaveMessage(code.rendezvous, "old", 2, added);
  if (label !== null) yield* nameKeyholder(home, keyholder.id, label);
  yield* giveUpAdding();
  return keyholder.id;
}

/** Forgets the device that was about to be added. */
export function* giveUpAdding(): Step<void> {
  yield* commit([{ name: ROW, value: null }]);
}

function* shownTo(home: Home, code: DeviceCode): Step<Uint8Array> {
  const { account, accountJournal, generation } = home.identity;
  const own = `chain/${encodeB64(account)}`;
  const rows = yield* read([own, "sets"]);
  const { log } = yield* standingOf(accountJournal);
  const [salt, receiptKey] = [home.identity.secret(generation)?.salt, home.receiptKeys.at(-1)];
  if (log.seq === 0 || salt === undefined || receiptKey === undefined) throw new NotAllowed("Sync first.");
  const shown = encodeDeviceAccount({
    account,
    chain: parseStatements(rows.get(own) ?? new Uint8Array()),
    sets: parseStatements(rows.get("sets") ?? new Uint8Array()),
    salt,
    accountHead: { seq: log.seq, head: log.head },
    origin: home.connection.origin,
    receiptKey,
  });
  return code.seal("old", 1, shown, home.random);
}

function* load(home: Home): Step<Adding | null> {
  const row = (yield* read([ROW])).get(ROW);
  if (row === undefined) return null;
  const what = "A stored device";
  const fields = new Fields(parseMessageJson(home.vault.open("device", row), what), what, { open: true });
  return {
    code: new DeviceCode(fields.data("code", SIZES.DEVICE_CODE)),
    keys: { signKey: fields.data("sign_key", SIZES.SIGN_KEY), kemKey: fields.data("kem_key", SIZES.KEM_KEY) },
    shown: fields.blob("shown", SIZES.MAX_INVITATION),
    added: fields.has("added") ? fields.blob("added", SIZES.MAX_INVITATION) : null,
  };
}

function* save(home: Home, { code, keys, shown, added }: Adding): Step<void> {
  const row = jsonObject({
    code: encodeB64(code.code),
    sign_key: encodeB64(keys.signKey),
    kem_key: encodeB64(keys.kemKey),
    shown: encodeB64(shown),
    added: added === null ? undefined : encodeB64(added),
  });
  yield* commit([{ name: ROW, value: home.vault.seal("device", encodeMessageJson(row)) }]);
}
