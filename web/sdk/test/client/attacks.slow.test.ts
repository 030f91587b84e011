/**
 * The attacks of the hostile kit that reach a client which reads: each lies to Sam alone, and what comes of it is what
 * the catalogue names. Nothing false is shown, ever; once the server is honest again, nothing is lost.
 */

import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { restore } from "../../src/client/account/opening.ts";
import { FetchTransport } from "../../src/client/adapters/fetchTransport.ts";
import { MemoryStore } from "../../src/client/adapters/memoryStore.ts";
import { systemClock, systemRandom } from "../../src/client/adapters/system.ts";
import { run } from "../../src/client/core/driver.ts";
import type { Step } from "../../src/client/core/effects.ts";
import type { Home } from "../../src/client/core/home.ts";
import { declineProposal, proposals } from "../../src/client/leaving/proposals.ts";
import { deliver } from "../../src/client/log/delivering.ts";
import { post } from "../../src/client/log/outbox.ts";
import { readEntries } from "../../src/client/log/reading.ts";
import { standingOf } from "../../src/client/log/standing.ts";
import { sync } from "../../src/client/log/syncing.ts";
import type { Rows } from "../../src/client/ports.ts";
import { makeDocument } from "../../src/documents/writing.ts";
import { Rollback, TransportError } from "../../src/errors.ts";
import { sameBytes } from "../../src/protocol/bytes.ts";
import { encodeB64, jsonObject } from "../../src/protocol/codec.ts";
import { KeyholderSecret } from "../../src/seal/keys.ts";
import { parseWords } from "../../src/seal/words.ts";
import { CAN_SERVE, Client, Evening, PYTHON, ROOT } from "./evening.ts";

const DIRECT = { random: systemRandom, clock: systemClock };
const NEW = ["Written before the lie.", "And one more."];

/** These ask for a client that pairs or fetches files, or for minutes; this one doesn't yet. */
const ELSEWHERE = new Set(["honest", "drip-answers", "false-attachment", "false-parts", "one-sided-change"]);
/** These lie to somebody who writes. */
const WRITING = new Set(["false-push-answer", "forget-push"]);
/** These lie about proposals, of which one waits. */
const PROPOSED = new Set(["replay-proposal", "tamper-context", "plant-proposal", "flood-proposals"]);
/** These are of other sections, and reach a reader. */
const BESIDES = new Set(["remove-blob", "withhold-newest", "withhold-rotation"]);
/** These lie about what Sam has read before, or about the beginning of his journal. */
const CAUGHT_UP = new Set(["roll-back"]);
const FROM_THE_START = new Set([
  "cheap-values",
  "forge-rotation",
  "plant-grant",
  "promise-keys",
  "reencode-chains",
  "reencode-statement",
  "swap-partner-key",
  "withhold-grant",
  "wrong-count",
]);
/** These lie about the own account: to somebody who restores it from words. */
const RESTORING = new Set([
  "forge-package",
  "ghost-in-first-set",
  "ghost-keyholder",
  "hand-over-account",
  "hide-anchor",
  "keep-anchor",
  "older-sets",
  "relay-log-in",
  "replace-package",
]);
/** The catalogue's attack comes before there is a journal; where one is there already, it freezes. */
const STRICTER = new Set(["promise-keys"]);
const GROUPS = [FROM_THE_START, RESTORING, WRITING, PROPOSED, BESIDES];
const ASIDE = [RESTORING, WRITING, PROPOSED];
const AREAS = /^§(?:6\.[5-9]|5\.[36]|3\.3|11\.9 (?:sizes|lists))/;

interface Listed {
  readonly attack: string;
  readonly rule: string;
  readonly right: readonly string[];
}

function catalogue(): readonly Listed[] {
  const said = execFileSync(PYTHON, ["-m", "hostile", "--list", "--json"], {
    cwd: ROOT,
    env: { ...process.env, PYTHONPATH: ROOT },
    encoding: "utf8",
  });
  const listed = JSON.parse(said) as Listed[];
  return listed.filter(
    ({ attack, rule }) =>
      [AREAS.test(rule), ...GROUPS.map((group) => group.has(attack))].some(Boolean) && !ELSEWHERE.has(attack),
  );
}

/** What a client says of a journal after a sync: its first problem there, or what stopped it altogether. */
async function problem(sam: Client, journal: Uint8Array): Promise<unknown> {
  try {
    const { problems } = await sam.do(sync);
    return problems.find((one) => sameBytes(one.journal, journal))?.error ?? problems[0]?.error ?? null;
  } catch (error) {
    return error;
  }
}

interface Shown {
  readonly texts: readonly string[];
  readonly unreadable: number;
}

function* shown(home: Home, journal: Uint8Array): Step<Shown> {
  const notes = (yield* readEntries(home, journal)).filter((entry) => entry.document?.kind !== "profile");
  return {
    texts: notes.flatMap(({ document }) => (document === null ? [] : [String(document.body.get("text"))])),
    unreadable: notes.filter(({ document }) => document === null).length,
  };
}

describe.skipIf(!CAN_SERVE)("attacks on a reader (skipped without Python's environment)", () => {
  let evening: Evening;
  let fresh: Rows; // Sam's home before he has read anything
  let honest: Rows; // and before Ada wrote more
  let all: readonly string[];

  beforeAll(async () => {
    evening = await Evening.begin();
    const store = await evening.samsStore();
    const sam = await Client.open(evening, store);
    fresh = store.rows;
    await sam.do(sync);
    honest = store.rows;
    for (const text of NEW) await evening.tell(`write ${text}`);
    all = [...evening.texts, ...NEW];
  }, 60_000);

  afterAll(() => evening?.end());

  const listed = CAN_SERVE ? catalogue() : [];

  test.each(listed.filter(({ attack }) => RESTORING.has(attack)))(
    "$attack, while restoring",
    async ({ attack, right }) => {
      const keyholder = new KeyholderSecret(parseWords(evening.words), "recovery_sheet");
      const ports = { store: new MemoryStore(), transport: new FetchTransport(evening.origin) };
      await evening.tell(`commit ${attack}`);
      let said: unknown = null;
      try {
        const home = await run(restore({ keyholder, homeSeed: keyholder.seed }, evening.origin, DIRECT), ports);
        said = (await run(sync(home), ports)).problems[0]?.error ?? null;
      } catch (error) {
        said = error;
      }
      await evening.tell("stop");
      const result = resultOf(said, null, { texts: [], unreadable: 0 });
      expect(right, `${result}: ${String(said)}`).toContain(result);
      if (said !== null) expect(ports.store.rows.has("account"), "nothing is kept of a lie").toBe(false);
    },
  );

  test.each(listed.filter(({ attack }) => !ASIDE.some((group) => group.has(attack))))(
    "$attack",
    { timeout: 60_000 },
    async ({ attack, right }) => {
      const sam = await Client.open(evening, FROM_THE_START.has(attack) ? new Map(fresh) : new Map(honest));
      if (CAUGHT_UP.has(attack)) await sam.do(sync);
      const before = await sam.do((home) => shown(home, evening.journal));
      await evening.tell(`commit ${attack}`);
      const said = await problem(sam, evening.journal);
      await evening.tell("stop");
      const { frozen } = await sam.do(() => standingOf(evening.journal));
      const lied = await sam.do((home) => shown(home, evening.journal));
      const result = resultOf(said, frozen, lied);
      const taken = STRICTER.has(attack) ? [...right, "frozen"] : right;
      expect(taken, `${result}: ${String(said)}`).toContain(result);
      expect(
        all.filter((text) => lied.texts.includes(text)),
        "in order, none twice",
      ).toEqual(lied.texts);
      expect(lied.texts.slice(0, before.texts.length), "what was read stays").toEqual(before.texts);
      if (frozen !== null) return;
      const later = await problem(sam, evening.journal);
      if (later !== null) expect(later, "the lie made the journal longer than it is").toBeInstanceOf(Rollback);
      const then = await sam.do((home) => shown(home, evening.journal));
      expect(then.texts.length + then.unreadable, "nothing is lost").toBeGreaterThanOrEqual(all.length);
    },
  );

  // these change what there is to read, so they come behind the others
  test.each(listed.filter(({ attack }) => WRITING.has(attack)))("$attack, while writing", async ({ attack, right }) => {
    const sam = await Client.open(evening, new Map(honest));
    await sam.do(sync);
    await evening.tell(`commit ${attack}`);
    const note = makeDocument("note", jsonObject({ text: `Into ${attack}.` }), systemClock.now());
    await sam.do((home) => post(home, evening.journal, note));
    const said = await sam
      .do((home) => deliver(home, evening.journal))
      .then(
        () => problem(sam, evening.journal),
        (error: unknown) => error,
      );
    await evening.tell("stop");
    const { frozen } = await sam.do(() => standingOf(evening.journal));
    const result = resultOf(said, frozen, { texts: [], unreadable: 0 });
    expect(right, `${result}: ${String(said)}`).toContain(result);
  });

  test.each(listed.filter(({ attack }) => PROPOSED.has(attack)))(
    "$attack, while a confidant is proposed",
    async ({ attack, right }) => {
      await evening.tell("confidant proposed");
      const sam = await Client.open(evening, new Map(honest));
      await sam.do(sync);
      const honestly = await sam.do((home) => proposals(home, evening.journal));
      await evening.tell(`commit ${attack}`);
      let lied = await sam.do((home) => proposals(home, evening.journal)).catch((error: unknown) => error);
      if (attack === "replay-proposal") {
        expect(lied).toEqual(honestly);
        await evening.tell("rotate ada"); // so every proposal of before is void, and hers is made anew
        const before = honestly.map(({ id }) => encodeB64(id));
        const then = await sam.do((home) => proposals(home, evening.journal));
        expect([honestly.length, then.filter(({ id }) => before.includes(encodeB64(id)))]).toEqual([1, []]);
        lied = [];
      }
      await evening.tell("stop");
      if (!Array.isArray(lied)) {
        expect(right).toContain(resultOf(lied, null, { texts: [], unreadable: 0 }));
      } else {
        const ids = honestly.map(({ id }) => encodeB64(id));
        expect(ids).toEqual(expect.arrayContaining(lied.map(({ id }) => encodeB64(id))));
        if (attack === "tamper-context") expect(lied).toEqual([]);
      }
      const waiting = await sam.do((home) => proposals(home, evening.journal));
      for (const { id } of waiting) await sam.do((home) => declineProposal(home, evening.journal, id));
    },
  );
});

function resultOf(said: unknown, frozen: string | null, { unreadable }: Shown): string {
  if (frozen !== null) return "frozen";
  if (said instanceof TransportError) return "no server there";
  if (said !== null) return "refused";
  return unreadable > 0 ? "quarantined" : "unaffected (delay only)";
}
