/**
 * Registering: one request makes the whole account.
 *
 * Rules
 * - The request is durable before it is sent, and sent again byte for byte until the server answers. So a crash or a lost
 *   answer leaves one account.
 * - The 24 words come back once. The home keeps them, sealed, only for a program that shows them later and then forgets
 *   them (`keepSheet`, `sheetWords`, `forgetSheet`): no crash loses words that nobody has seen.
 *
 * Spec: §4.7
 */

import { NotAllowed, WrongAccount } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { encodeGenesis, type SignedAccountStatement, verifyChain } from "../../protocol/accounts.ts";
import { compareBytes, concat, fromUtf8, sameBytes } from "../../protocol/bytes.ts";
import { encodeMessageJson, type JsonObject, parseMessageJson } from "../../protocol/codec.ts";
import { Fields } from "../../protocol/fields.ts";
import { IdMap } from "../../protocol/idMap.ts";
import {
  encodeSet,
  findKeyholder,
  type KeyholderSet,
  setCommitment,
  verifySets,
} from "../../protocol/keyholderSets.ts";
import { parseOrigin } from "../../protocol/login.ts";
import { statementHash } from "../../protocol/statements.ts";
import type { Random } from "../../random.ts";
import { readLink } from "../../seal/chains.ts";
import { GenerationSecret, KeyholderSecret } from "../../seal/keys.ts";
import { wrapPackage } from "../../seal/packages.ts";
import { encodeWords } from "../../seal/words.ts";
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
import { Identity } from "../identity.ts";
import { makeGenesis } from "../log/statements.ts";
import type { Change } from "../ports.ts";
import { type Registration, registrationJson } from "../server/bodies.ts";
import { Connection } from "../server/connection.ts";
import { pinServer } from "../server/linkedKeys.ts";

/** A new home, and the 24 words of its recovery sheet. */
export interface Registered {
  readonly home: Home;
  readonly words: readonly string[];
}

/** A registration that may be under way: the seeds of generation and sheet, and the request without its code. */
interface Pending {
  readonly seed: Uint8Array;
  readonly entropy: Uint8Array;
  readonly request: JsonObject;
}

/**
 * A new account at the server of this address, as a person gave it, or the one whose registration began here.
 *
 * Throws MalformedData: it is no address; NotAllowed: there is an account here already, or the server goes by another
 * address; WrongAccount: the server answered for another account; and as a `Connection`. Register again to go on.
 */
export function* register(
  unlocked: Unlocked,
  address: string,
  inviteCode: string | null,
  { random, clock }: Direct,
  { keepSheet = false }: { readonly keepSheet?: boolean } = {},
): Step<Registered> {
  const origin = parseOrigin(address);
  const rows = yield* read(["account", "pending", "origin", "receipt_keys"]);
  if (rows.has("account")) throw new NotAllowed("There is an account here already.");
  const vault = new Vault(unlocked.homeSeed, random);
  const stored = rows.get("pending");
  const pending =
    stored === undefined ? newPending(unlocked.keyholder, random) : parsePending(vault.open("pending", stored));
  const connection = new Connection(origin, unlocked.keyholder, random);
  const wasHere = fromUtf8(rows.get("origin") ?? new Uint8Array()) === origin;
  const receiptKeys = yield* pinServer(connection, wasHere ? parseKeys(rows.get("receipt_keys")) : []);
  yield* commit([
    { name: "pending", value: stored ?? vault.seal("pending", encodePending(pending)) },
    ...serverChanges(origin, receiptKeys),
  ]);
  const request = new Map([...pending.request, ["invite_code", inviteCode] as const]);
  const answered = yield* connection.register(request);
  const kept = keepSheet ? [{ name: "sheet", value: vault.seal("sheet", pending.entropy) }] : [];
  return yield* finish(answered.account, pending, kept, {
    keyholder: unlocked.keyholder,
    connection,
    vault,
    random,
    clock,
    receiptKeys,
    accountState: null,
    folded: new Map(),
  });
}

function* finish(
  account: Uint8Array,
  pending: Pending,
  kept: readonly Change[],
  parts: Omit<Home, "identity" | "chains">,
): Step<Registered> {
  const request = new Fields(pending.request, "A registration", { open: true });
  const statements = [request.object("genesis", readLink)];
  const sets = request.objects("sets", readLink, 2, 2);
  const chain = verifyChain(statements);
  if (!sameBytes(chain.account, account)) {
    throw new WrongAccount(
      "The server answered with another account than the one that was asked for.",
      "client.chain_account",
    );
  }
  const secrets = [new GenerationSecret(pending.seed, 1)];
  yield* commit([
    ...accountChanges({ chain, statements, sets, secrets }, parts.vault),
    firstKnown(sets),
    { name: "unproven_sheet", value: new KeyholderSecret(pending.entropy, "recovery_sheet").id },
    { name: "pending", value: null },
    ...kept,
  ]);
  const identity = new Identity(account, secrets, verifySets(chain, sets));
  const home: Home = { ...parts, identity, chains: new IdMap([[account, chain]]) };
  return { home, words: encodeWords(pending.entropy) };
}

/**
 * The 24 words of a sheet that this home keeps until they are on paper; null where it keeps none, or where another device
 * has replaced the sheet: then they open nothing.
 */
export function* sheetWords({ vault, identity }: Home): Step<readonly string[] | null> {
  const row = (yield* read(["sheet"])).get("sheet");
  const newest = identity.sets.at(-1);
  if (row === undefined || newest === undefined) return null;
  const sheet = new KeyholderSecret(vault.open("sheet", row), "recovery_sheet");
  return findKeyholder(newest, sheet.id) === null ? null : encodeWords(sheet.seed);
}

export function* forgetSheet(): Step<void> {
  yield* commit([{ name: "sheet", value: null }]);
}

function newPending(device: KeyholderSecret, random: Random): Pending {
  const sheet = KeyholderSecret.fresh("recovery_sheet", random);
  const secret = GenerationSecret.fresh(1, random);
  const keyholders = [device.public, sheet.public].sort((one, other) => compareBytes(one.id, other.id));
  const first: KeyholderSet = {
    version: 1,
    prev: null,
    generation: 1,
    rotator: device.id,
    accountJournal: null,
    accountHead: null,
    keyholders,
  };
  const keyholdersHash = setCommitment(secret.salt, encodeSet(first));
  const keys = { signKey: secret.signKey, boxKey: secret.boxKey, kemKey: secret.kemKey, keyholders: keyholdersHash };
  const genesis = signed(encodeGenesis(keys, random.bytes(SIZES.NONCE, "account_nonce")), secret);
  const chain = verifyChain([genesis]);
  const journal = makeGenesis(chain, secret, random);
  const second: KeyholderSet = {
    ...first,
    version: 2,
    prev: statementHash(encodeSet(first)),
    accountJournal: journal.roster.journal,
  };
  const registration: Registration = {
    genesis,
    sets: [signed(encodeSet(first), secret), signed(encodeSet(second), secret)],
    accountJournal: journal.signed,
    grants: journal.grants,
    packages: keyholders.map((item) => ({
      keyholder: item.id,
      data: wrapPackage(secret, chain.account, chain.newest, item, random),
    })),
    anchors: [{ keyholder: sheet.id, data: sheet.anchor(chain.account) }],
  };
  return { seed: secret.seed, entropy: sheet.seed, request: registrationJson(registration) };
}

function signed(statement: Uint8Array, secret: GenerationSecret): SignedAccountStatement {
  return { statement, signatures: [secret.sign(statement)] };
}

/** seed 32 | entropy 32 | request. */
function encodePending({ seed, entropy, request }: Pending): Uint8Array {
  return concat(seed, entropy, encodeMessageJson(request));
}

function parsePending(data: Uint8Array): Pending {
  const [seed, entropy] = [data.slice(0, SIZES.SEED), data.slice(SIZES.SEED, 2 * SIZES.SEED)];
  return { seed, entropy, request: parseMessageJson(data.slice(2 * SIZES.SEED), "A registration") };
}
