/** One person's account behind the verbs of the hostile kit (hostile/README.md) and of the golden transcript. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join as path } from "node:path";
import {
  beginAdding,
  beginEnrolling,
  closeJournal,
  confirmAdding,
  confirmWords,
  createJournal,
  deliver,
  enrollingWords,
  FetchTransport,
  finishEnrolling,
  invite,
  join,
  journalState,
  MemoryStore,
  newSheet,
  openHome,
  pairingOf,
  post,
  readEntries,
  register,
  replaceSheet,
  restore,
  revoke,
  run,
  standingOf,
  sync,
  waitingFor,
} from "../../dist/client/index.js";
import { makeDocument, stageOf } from "../../dist/documents/index.js";
import { NotAllowed } from "../../dist/index.js";
import { encodeB64, parseB64, parseMessage, parseMessageJson, utf8 } from "../../dist/protocol/index.js";
import { KeyholderSecret, parseWords } from "../../dist/seal/index.js";
import { Decided } from "./draws.mjs";
import { fault } from "./faults.mjs";
import { FileStore } from "./fileStore.mjs";

const PATIENCE = 30_000; // ms

/** `folder`: where the home rests; null keeps it in memory. */
export class Person {
  #folder;
  #store;
  #decided = new Decided();
  #server = "";
  #connect = null;
  #home = null;
  #enrolling = null;

  constructor(folder) {
    this.#folder = folder;
    this.#store = folder === null ? new MemoryStore() : new FileStore(path(folder, "rows.jsonl"));
  }

  /** What every line may say: time, randomness, and where the server listens. */
  follow({ connect, ...decided }) {
    this.#decided.follow(decided);
    this.#connect = connect ?? null;
  }

  /** What was drawn for the line, as the transcript has it; nothing where nobody asked. */
  get drawn() {
    return this.#decided.noted === null ? {} : { draws: this.#decided.noted };
  }

  async register({ server }) {
    const keyholder = KeyholderSecret.fresh("device", this.#decided.random);
    this.#keep(server, keyholder);
    const unlocked = { keyholder, homeSeed: keyholder.seed };
    const { home, words } = await this.#run(register(unlocked, server, null, this.#decided));
    this.#home = home;
    return { account: encodeB64(home.identity.account), words };
  }

  async restore({ server, words }) {
    const keyholder = new KeyholderSecret(parseWords(words.join(" ")), "recovery_sheet");
    this.#keep(server, keyholder);
    this.#home = await this.#run(restore({ keyholder, homeSeed: keyholder.seed }, server, this.#decided));
    return {};
  }

  async invite() {
    await this.#do(sync);
    const journal = await this.#do(createJournal);
    return { link: (await this.#do((home) => invite(home, journal))).link };
  }

  async join({ link, words }) {
    await this.#do(sync);
    if (link !== undefined) await this.#do((home) => join(home, link));
    else {
      const journal = await this.#journal();
      await this.#do((home) => confirmWords(home, journal, words));
    }
    return {};
  }

  async status() {
    const said = await this.#sync();
    const journals = [];
    for (const journal of await this.#journals()) journals.push(await this.#standing(journal));
    return { journals, ...said };
  }

  async write({ text }) {
    return await this.#put("note", { text });
  }

  async read() {
    const said = await this.#sync();
    const journal = await this.#journal();
    const entries = [];
    for (const { document, unreadable } of await this.#do((home) => readEntries(home, journal))) {
      if (unreadable !== null) entries.push({ unreadable: unreadable.sentence });
      else if (document === null) entries.push({ unreadable: "The server has removed this text." });
      else if (document?.kind === "note") entries.push({ text: String(document.body.get("text")) });
    }
    for (const { message } of await this.#do((home) => waitingFor(home, journal))) {
      const { document } = parseMessage(message); // its author sees what waits to be sent
      if (document.kind === "note") entries.push({ text: String(document.body.get("text")) });
    }
    const { parts } = await this.#do((home) => journalState(home, journal));
    const boundaries = [...parts.of("boundary").values()].map((one) => ({ boundary: one.entry, stage: stageOf(one) }));
    return { entries, boundaries, ...said };
  }

  async propose({ wording }) {
    return await this.#put("boundary", { step: "propose", wording });
  }

  async accept({ boundary }) {
    const journal = await this.#journal();
    const { parts } = await this.#do((home) => journalState(home, journal));
    const [{ entry, message }] = parts.of("boundary").get(boundary).texts.newestFirst();
    return await this.#put("boundary", { step: "accept", answers: { entry, message } });
  }

  /** Becomes a device of somebody's account: a code for the device that they have. */
  async new_device({ server }) {
    const keyholder = KeyholderSecret.fresh("device", this.#decided.random);
    this.#keep(server, keyholder);
    this.#enrolling = { keyholder, homeSeed: keyholder.seed };
    return { code: (await this.#run(beginEnrolling(this.#enrolling, server, this.#decided))).code };
  }

  async begin_adding({ code }) {
    return { words: await this.#do((home) => beginAdding(home, code)) };
  }

  async see_words() {
    return { words: (await this.#run(enrollingWords(this.#enrolling, this.#decided))) ?? [] };
  }

  async confirm_adding({ words }) {
    return { keyholder: encodeB64(await this.#do((home) => confirmAdding(home, words, null))) };
  }

  async finish() {
    this.#home = await this.#run(finishEnrolling(this.#enrolling, this.#decided));
    if (this.#home === null) throw new NotAllowed("Nobody has confirmed this device yet.");
    return { account: encodeB64(this.#home.identity.account) };
  }

  async revoke({ keyholder }) {
    return { generation: (await this.#do((home) => revoke(home, [parseB64(keyholder)]))).generation };
  }

  /** New keys: a new recovery sheet in the place of the old one. */
  async rotate() {
    await this.#do(sync);
    await this.#do(newSheet);
    await this.#do(replaceSheet);
    return {};
  }

  async close() {
    const journal = await this.#journal();
    await this.#do((home) => closeJournal(home, journal));
    return {};
  }

  async #put(kind, body) {
    const journal = await this.#journal();
    const document = makeDocument(
      kind,
      parseMessageJson(utf8(JSON.stringify(body)), "A body"),
      this.#decided.clock.now(),
    );
    const entry = await this.#do((home) => post(home, journal, document));
    try {
      await this.#do((home) => deliver(home, journal));
    } catch (error) {
      return { entry: encodeB64(entry), say: fault(error).say };
    }
    return { entry: encodeB64(entry) };
  }

  async #sync() {
    try {
      const { problems } = await this.#do(sync);
      if (problems.length > 0) return fault(problems[0].error);
      for (const journal of await this.#journals()) await this.#deliver(journal);
      return {};
    } catch (error) {
      return fault(error);
    }
  }

  /** Sends what waits, where the journal can be written. */
  async #deliver(journal) {
    const { log, frozen } = await this.#do(() => standingOf(journal));
    if (log.roster !== null && !log.closed && frozen === null) await this.#do((home) => deliver(home, journal));
  }

  /** How a journal of two stands: its state, and words where there are some to compare. */
  async #standing(journal) {
    const { log, frozen } = await this.#do(() => standingOf(journal));
    if (frozen !== null) return { state: "frozen", say: frozen };
    try {
      const { stage, words } = await this.#do((home) => pairingOf(home, journal));
      if (stage !== "verified") return { state: "pairing", words: words ?? [] };
    } catch (error) {
      if (!(error instanceof NotAllowed)) throw error;
    }
    return { state: log.closed ? "closed" : "ok" };
  }

  /** The journals of two that are here, and those whose pairing began here. */
  async #journals() {
    const own = encodeB64((await this.#opened()).identity.accountJournal);
    const names = [...this.#store.rows.keys()].filter((name) => /^(log|pairing)\//.test(name));
    const ids = new Set(names.map((name) => name.slice(name.indexOf("/") + 1)).filter((id) => id !== own));
    return [...ids].map((id) => parseB64(id));
  }

  async #journal() {
    const [first] = await this.#journals();
    if (first === undefined) throw new NotAllowed("There is no journal here. Join one, or invite somebody.");
    return first;
  }

  /** The home, opened where this program was started anew. */
  async #opened() {
    if (this.#home === null) {
      const { server, kind, seed } = JSON.parse(readFileSync(this.#keys, "utf8"));
      this.#server = server;
      const keyholder = new KeyholderSecret(parseB64(seed), kind);
      this.#home = await this.#run(openHome({ keyholder, homeSeed: keyholder.seed }, this.#decided));
    }
    return this.#home;
  }

  get #keys() {
    return path(this.#folder, "keys.json");
  }

  #keep(server, { kind, seed }) {
    this.#server = server;
    if (this.#folder === null || existsSync(this.#keys)) return;
    writeFileSync(this.#keys, JSON.stringify({ server, kind, seed: encodeB64(seed) }));
  }

  async #do(step) {
    return await this.#run(step(await this.#opened()));
  }

  async #run(step) {
    const there = new FetchTransport(this.#connect ?? this.#server, PATIENCE);
    const transport = { origin: this.#server, send: (request) => there.send(request) };
    return await run(step, { store: this.#store, transport });
  }
}
