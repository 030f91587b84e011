/** A journal in a store as a sync would have left it, made without a server: long ones, and ones that nobody would write. */
import { type Change, expected, type Home, MemoryStore, run, type Step, systemRandom } from "@duolog/sdk/client";
import { type AccountState, EMPTY_ACCOUNT, type Id } from "@duolog/sdk/documents";
import {
  type Document,
  encodeB64,
  encodeHeader,
  encodeMessage,
  entryItem,
  IdMap,
  IdSet,
  jsonObject,
  messageHash,
  parseB64,
  type Receipt,
  type Roster,
  utf8,
} from "@duolog/sdk/protocol";
import { Vault } from "../../../sdk/src/client/core/vault.ts";
import { encodeMembership } from "../../../sdk/src/client/log/folding.ts";
import { messageChanges, type StoredMessage } from "../../../sdk/src/client/log/messageRows.ts";
import { encodeHeadRow, faultName, headName, itemName, rosterName } from "../../../sdk/src/client/log/names.ts";
import { standingChanges } from "../../../sdk/src/client/log/standing.ts";
import { encodeItem } from "../../../sdk/src/client/server/pages.ts";
import { encodeMessageJson } from "../../../sdk/src/protocol/codec.ts";
import { type JournalCalls, journalCalls } from "../../src/worker/views/index.ts";

export const BEGUN = 1_790_000_000;
const bytes = (size: number, of: number) => new Uint8Array(size).fill(of);
export const ADA = bytes(32, 1);
export const SAM = bytes(32, 2);
const OWN = bytes(32, 4);

type Joined = AccountState["journals"] extends ReadonlyMap<string, infer Of> ? Of : never;

export interface Written {
  readonly entry: Id;
  readonly message: Id;
}

/** Fills a store item by item. Sam reads it, or the `reader`. */
export class StoredJournal {
  readonly store: MemoryStore;
  readonly home: Home;
  readonly calls: JournalCalls;
  now: number;
  #seq = 0;
  #journal = bytes(32, 3);
  #partners: readonly Uint8Array[] = [];
  #isClosed = false;
  readonly #journals = new Map<string, Joined>();

  constructor(reader: Uint8Array = SAM) {
    this.store = new MemoryStore();
    this.now = BEGUN;
    this.home = {
      vault: new Vault(bytes(32, 9), systemRandom),
      random: systemRandom,
      clock: { now: () => this.now },
      identity: { account: reader, accountJournal: OWN, generation: 1 },
      receiptKeys: [bytes(32, 5)],
      accountState: { ...EMPTY_ACCOUNT, journals: this.#journals },
      folded: new Map(),
    } as unknown as Home;
    this.#list();
    const task = <T>(step: Step<T>): Promise<T> => this.run(step);
    this.calls = journalCalls(
      { ...this.home, home: this.home, store: this.store, run: task, ask: task, changed: () => undefined },
      { zone: "Europe/Vienna" },
    );
  }

  /** Runs a step that asks no server. */
  run<T>(step: Step<T>): Promise<T> {
    const transport = { origin: "", send: () => Promise.reject(new Error("no server")) };
    return run(step, { store: this.store, transport });
  }

  /** The founding, and both partners. */
  async begin(): Promise<void> {
    await this.join([ADA, SAM]);
  }

  /** From here on these are the partners, and nobody else is in it. */
  async join(partners: readonly Uint8Array[]): Promise<void> {
    this.#partners = partners;
    await this.#put([], { statement: true });
  }

  /** The end of this journal; from here on it is about another one. */
  async beginAnother(): Promise<void> {
    this.#isClosed = true;
    await this.join(this.#partners);
    [this.#journal, this.#seq, this.#isClosed] = [bytes(32, 30), 0, false];
    this.#list();
  }

  /** The documents that wait to be sent. */
  async waiting(): Promise<readonly Document[]> {
    return (await this.run(expected(this.home, this.#journal))).waiting.map(({ document }) => document);
  }

  async write(author: Uint8Array, documents: readonly Document[], refused: readonly number[] = []): Promise<Written[]> {
    const changes: Change[] = [];
    const come: StoredMessage[] = [];
    const written = documents.map((document) => {
      const message = encodeMessage({ document, seen: this.#receipt(), follows: null, refused, attachments: [] });
      const entry = systemRandom.bytes(16, "entry_id");
      changes.push(...this.#item(author, entry));
      const hash = messageHash(message);
      come.push({ seq: this.#seq, entry, author, generation: 1, time: this.now, hash, message });
      return { entry: encodeB64(entry), message: encodeB64(hash) };
    });
    const stored = await this.run(messageChanges(this.home.vault, this.#journal, come));
    await this.#put([...changes, ...stored]);
    return written;
  }

  /** An entry that isn't shown: with the check that it broke, or because the host has it no more. */
  async lose(author: Uint8Array, check: string | null, entry = systemRandom.bytes(16, "entry_id")): Promise<Written> {
    const changes = this.#item(author, entry);
    const fault = check === null ? null : encodeMessageJson(jsonObject({ check, sentence: "It isn't shown." }));
    await this.#put([...changes, { name: faultName(this.#journal, this.#seq), value: fault }]);
    return { entry: encodeB64(entry), message: encodeB64(bytes(32, 8)) };
  }

  get seq(): number {
    return this.#seq;
  }

  #item(author: Uint8Array, entry: Uint8Array): Change[] {
    const header = { journal: this.#journal, entry, epoch: 1, author, generation: 1, attachments: [] };
    const item = entryItem(encodeHeader(header), bytes(1200, 7));
    return this.#row(encodeItem({ seq: 0, item, grants: new IdMap() }));
  }

  #list(): void {
    const journal = encodeB64(this.#journal);
    this.#journals.set(journal, { journal, origin: "https://a.example", receipt_key: "", role: "partner" });
  }

  #row(item: Uint8Array): Change[] {
    this.#seq++;
    return [
      { name: itemName(this.#journal, this.#seq), value: item },
      { name: headName(this.#journal, this.#seq), value: encodeHeadRow({ head: bytes(32, 6), time: this.now }) },
    ];
  }

  async #put(changes: readonly Change[], { statement = false } = {}): Promise<void> {
    const roster = this.#roster();
    const own = [...changes];
    if (statement) {
      const signed = { statement: utf8("a founding"), signatures: [] };
      own.push(...this.#row(encodeItem({ seq: 0, item: { type: "statement", signed }, grants: new IdMap() })));
      own.push({ name: rosterName(this.#journal, this.#seq), value: encodeMembership(roster) });
    }
    const state = {
      ...this.#receipt(),
      journal: this.#journal,
      key: null,
      roster,
      closed: this.#isClosed,
      closedUnder: null,
    };
    const known = { epochs: new Map(), acknowledged: new Map(), earlier: [] };
    const rows = standingChanges(this.home, { ...state, seq: this.#seq }, this.#receipt(), known as never);
    await this.store.commit([...own, ...rows]);
  }

  #receipt(): Receipt {
    return { seq: Math.max(this.#seq, 1), head: bytes(32, 6), time: this.now, signature: bytes(64, 0) };
  }

  #roster(): Roster {
    const member = { generation: 1, chainHead: bytes(32, 0), role: "partner", rights: "write", until: null } as const;
    return {
      journal: this.#journal,
      nonce: bytes(32, 0),
      founder: ADA,
      version: 1,
      head: bytes(32, 0),
      members: this.#partners.map((account) => ({ ...member, account })),
      provisional: false,
      epoch: 1,
      epochCommitment: bytes(32, 0),
      stale: false,
      grants: new IdMap(),
      accepted: new IdSet(),
    };
  }
}

/** A note's document. */
export function note(text: string, at = BEGUN): Document {
  return { kind: "note", v: 1, at, body: jsonObject({ text }) };
}

export { encodeB64, parseB64 };
