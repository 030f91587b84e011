/**
 * Adding a device, on the new device: it shows a code, shows eight words, and opens the account once the old device has
 * confirmed them.
 *
 * Rules
 * - Each step is durable before it is sent. Repeated after a crash, it sends the same bytes.
 * - The server's chain, keyholder sets, receipt key and account journal must continue those that the old device showed.
 * - The new home is confirmed: another own device has vouched for it.
 *
 * Spec: §4.11
 */

import { HomeError, NotAllowed, PinMismatch, Rollback, WrongAccount } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import type { SignedAccountStatement } from "../../protocol/accounts.ts";
import { fromUtf8, sameBytes, utf8 } from "../../protocol/bytes.ts";
import { encodeB64, encodeMessageJson, jsonObject, parseMessageJson } from "../../protocol/codec.ts";
import { Fields } from "../../protocol/fields.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { parseOrigin } from "../../protocol/login.ts";
import { DeviceCode } from "../../seal/deviceCodes.ts";
import {
  type DeviceAccount,
  encodeDeviceKeys,
  parseDeviceAccount,
  parseDeviceAdded,
  verifyDeviceAccount,
} from "../../seal/devices.ts";
import { eightWords } from "../../seal/words.ts";
import { commit, read, type Step } from "../core/effects.ts";
import {
  accountChanges,
  type Direct,
  firstKnown,
  type Home,
  parseKeys,
  serverChanges,
  type Unlocked,
} from "../core/home.ts";
import { Vault } from "../core/vault.ts";
import { headName, parseHeadRow } from "../log/names.ts";
import { pull } from "../log/pulling.ts";
import { Connection } from "../server/connection.ts";
import { pinServer } from "../server/linkedKeys.ts";
import { fetchAccount, identityOf, openAccount } from "./opening.ts";

const ROW = "enrolling"; // the code and my sealed message
const SHOWN = "enrolled"; // the account as the old device showed it

/** A new device that waits to be let in. `code`: 46 characters to type on the old device; `uri`: the same for a QR code. */
export interface Enrollment {
  readonly code: string;
  readonly uri: string;
}

interface Begun {
  readonly code: DeviceCode;
  readonly message: Uint8Array;
}

/**
 * Makes a code, or goes on with an enrollment that began in this store. `address`: the server's, as a person gave it.
 *
 * Throws MalformedData: it is no address; NotAllowed: there is an account here, or the enrollment began at another
 * server; and as a `Connection`.
 */
export function* beginEnrolling(unlocked: Unlocked, address: string, { random }: Direct): Step<Enrollment> {
  const origin = parseOrigin(address);
  const rows = yield* read(["account", "pending", "origin", ROW, "receipt_keys"]);
  if (rows.has("pending") || (rows.has("account") && !rows.has(ROW))) {
    throw new NotAllowed("There is an account here already.");
  }
  const before = rows.get("origin");
  if (rows.has(ROW) && before !== undefined && fromUtf8(before) !== origin) {
    throw new NotAllowed("This device began to join an account at another server.");
  }
  const vault = new Vault(unlocked.homeSeed, random);
  const row = rows.get(ROW);
  const { code, message } = row === undefined ? fresh(unlocked, random) : parseBegun(vault.open("device", row));
  const connection = new Connection(origin, unlocked.keyholder, random);
  const keys = yield* pinServer(connection, row === undefined ? [] : parseKeys(rows.get("receipt_keys")));
  yield* commit([
    { name: ROW, value: row ?? vault.seal("device", encodeBegun({ code, message })) },
    ...serverChanges(origin, keys),
  ]);
  yield* connection.leaveMessage(code.rendezvous, "new", 1, message);
  return { code: code.text, uri: code.uri };
}

/**
 * The eight words of the account that answered, to compare on both devices; null before an answer.
 *
 * Throws VerificationError, MalformedData, OpenError: the answer is no account, or not one at this server.
 */
export function* enrollingWords(unlocked: Unlocked, { random }: Direct): Step<readonly string[] | null> {
  const { shown } = yield* underWay(unlocked, random);
  return shown === null ? null : eightWords(shown.account);
}

/**
 * The home, once the person has confirmed on the old device; null before.
 *
 * Throws VerificationError: the server shows another account, or an older state of it, than the old device did.
 */
export function* finishEnrolling(unlocked: Unlocked, direct: Direct): Step<Home | null> {
  const { code, shown, connection, receiptKeys, vault } = yield* underWay(unlocked, direct.random);
  if (shown === null) return null;
  const answer = yield* connection.fetchMessage(code.rendezvous, "old", 2);
  const isIn = (yield* read(["account"])).has("account");
  if (answer === null && !isIn) return null;
  const version = answer === null ? 0 : parseDeviceAdded(code.open("old", 2, answer)).version;
  const { account } = yield* connection.logIn();
  const own = yield* fetchAccount(connection, [], []);
  if (!begins(own.chain, shown.chain)) {
    throw new WrongAccount("The server shows another account than your old device.", "client.enrolled_chain");
  }
  if (!begins(own.sets, shown.sets) || own.sets.length < version) {
    throw new WrongAccount("The server lists other devices than your old device.", "client.enrolled_sets");
  }
  const rows = openAccount(unlocked.keyholder, own, account, null);
  yield* commit([...accountChanges(rows, vault), firstKnown(rows.sets)]);
  const home: Home = {
    keyholder: unlocked.keyholder,
    connection,
    vault,
    ...direct,
    identity: identityOf(rows),
    chains: new IdMap([[rows.chain.account, rows.chain]]),
    receiptKeys,
    accountState: null,
    folded: new Map(),
  };
  yield* pull(home, home.identity.accountJournal);
  yield* requireHead(home, shown);
  yield* commit([ROW, SHOWN].map((name) => ({ name, value: null })));
  return home;
}

function* requireHead(home: Home, { accountHead: { seq, head } }: DeviceAccount): Step<void> {
  const name = headName(home.identity.accountJournal, seq);
  const row = (yield* read([name])).get(name);
  if (row === undefined || !sameBytes(parseHeadRow(row).head, head)) {
    throw new Rollback(
      "The server shows another state of your account's own journal than your other device did.",
      "client.enrolled_head",
    );
  }
}

interface UnderWay {
  readonly code: DeviceCode;
  readonly shown: DeviceAccount | null;
  readonly connection: Connection;
  readonly receiptKeys: readonly Uint8Array[];
  readonly vault: Vault;
}

/** What there is of an enrollment; the account as the old device's first valid message shows it, which is stored. */
function* underWay(unlocked: Unlocked, random: Direct["random"]): Step<UnderWay> {
  const rows = yield* read([ROW, SHOWN, "origin", "receipt_keys"]);
  const [row, stored, origin] = [rows.get(ROW), rows.get(SHOWN), rows.get("origin")];
  if (row === undefined || origin === undefined) throw new HomeError("No enrollment has begun here.");
  const vault = new Vault(unlocked.homeSeed, random);
  const { code } = parseBegun(vault.open("device", row));
  const connection = new Connection(fromUtf8(origin), unlocked.keyholder, random);
  const receiptKeys = parseKeys(rows.get("receipt_keys"));
  const parts = { code, connection, receiptKeys, vault };
  if (stored !== undefined) return { ...parts, shown: parseDeviceAccount(vault.open("device", stored)) };
  const answer = yield* connection.fetchMessage(code.rendezvous, "old", 1);
  if (answer === null) return { ...parts, shown: null };
  const plaintext = code.open("old", 1, answer);
  const shown = parseDeviceAccount(plaintext);
  verifyDeviceAccount(shown, connection.origin);
  if (!receiptKeys.some((key) => sameBytes(key, shown.receiptKey))) {
    throw new PinMismatch(
      "The server shows this device another receipt key than the old one knows. Stop, and ask who runs it.",
      "client.enrolled_receipt_key",
    );
  }
  yield* commit([{ name: SHOWN, value: vault.seal("device", plaintext) }]);
  return { ...parts, shown };
}

function begins(own: readonly SignedAccountStatement[], shown: readonly SignedAccountStatement[]): boolean {
  return shown.every((one, at) => sameBytes(encodeOne(one), encodeOne(own[at])));
}

function encodeOne(signed: SignedAccountStatement | undefined): Uint8Array {
  return signed === undefined
    ? new Uint8Array()
    : utf8([signed.statement, ...signed.signatures].map(encodeB64).join(" "));
}

function fresh({ keyholder }: Unlocked, random: Direct["random"]): Begun {
  const code = DeviceCode.fresh(keyholder.public, random);
  return { code, message: code.seal("new", 1, encodeDeviceKeys(keyholder.public), random) };
}

function encodeBegun({ code, message }: Begun): Uint8Array {
  return encodeMessageJson(jsonObject({ code: encodeB64(code.code), message: encodeB64(message) }));
}

function parseBegun(data: Uint8Array): Begun {
  const fields = new Fields(parseMessageJson(data, "A stored code"), "A stored code");
  return {
    code: new DeviceCode(fields.data("code", SIZES.DEVICE_CODE)),
    message: fields.blob("message", SIZES.MAX_INVITATION),
  };
}
