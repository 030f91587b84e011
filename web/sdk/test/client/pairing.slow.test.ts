/** Founding and pairing at a real server, killed after each effect that changes something, and gone on with from the store. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Step } from "../../src/client/core/effects.ts";
import type { Home } from "../../src/client/core/home.ts";
import { listJournals } from "../../src/client/log/listing.ts";
import { sync } from "../../src/client/log/syncing.ts";
import { confirmWords, pairingOf } from "../../src/client/pairing/comparing.ts";
import { createJournal } from "../../src/client/pairing/founding.ts";
import { invite, waitingInvitation } from "../../src/client/pairing/inviting.ts";
import { join } from "../../src/client/pairing/joining.ts";
import { encodeB64 } from "../../src/protocol/codec.ts";
import { CAN_SERVE, Evening } from "./evening.ts";
import { Person } from "./people.ts";

const MINUTES = 600_000;

describe.skipIf(!CAN_SERVE)("killed after each change (skipped without Python's environment)", () => {
  let evening: Evening;

  beforeAll(async () => {
    evening = await Evening.begin({ alone: true });
  }, 60_000);

  afterAll(() => evening?.end());

  const person = (): Promise<Person> => Person.register(evening.origin);
  const look = (who: Person, journal: Uint8Array) => who.do((home) => pairingOf(home, journal));

  /** Kills after 1, 2, 3 ... changes, until the step comes to its end before. */
  async function eachKill(once: (changes: number) => Promise<boolean>): Promise<void> {
    for (let changes = 1; !(await once(changes)); changes++) expect(changes).toBeLessThan(400);
  }

  test.each(["again", "by a sync"])(
    "founding goes on %s, and there is one journal",
    async (how) => {
      await eachKill(async (changes) => {
        const ada = await person();
        const isDone = await ada.killed(changes, createJournal);
        const wasThere = (await ada.do(listJournals)).length === 2;
        await ada.do<unknown>(how === "again" && !isDone ? createJournal : sync);
        expect(await ada.problems(), `after ${changes}`).toEqual([]);
        const found = (await ada.do(listJournals)).length === 2;
        expect(found, `after ${changes}`).toBe(wasThere || how === "again");
        expect((await ada.noted()).filter((kind) => kind === "joined")).toHaveLength(found ? 1 : 0);
        return isDone;
      });
    },
    MINUTES,
  );

  test(
    "inviting goes on, and one link works",
    async () => {
      await eachKill(async (changes) => {
        const [ada, sam] = [await person(), await person()];
        const journal = await ada.do(createJournal);
        const isDone = await ada.killed(changes, (home) => invite(home, journal));
        const shown = await ada.do((home) => waitingInvitation(home, journal));
        expect(shown !== null, `after ${changes}`).toBe(isDone);
        const { link } = shown ?? (await ada.do((home) => invite(home, journal)));
        await sam.do((home) => join(home, link));
        expect(await ada.problems(), `after ${changes}`).toEqual([]);
        expect((await look(ada, journal)).words).toHaveLength(8);
        return isDone;
      });
    },
    MINUTES,
  );

  test(
    "joining goes on by the same link",
    async () => {
      await eachKill(async (changes) => {
        const [ada, sam] = [await person(), await person()];
        const journal = await ada.do(createJournal);
        const { link } = await ada.do((home) => invite(home, journal));
        const isDone = await sam.killed(changes, (home) => join(home, link));
        await sam.do((home) => join(home, link));
        for (const each of [sam, ada, sam]) expect(await each.problems(), `after ${changes}`).toEqual([]);
        expect((await look(sam, journal)).words).toEqual((await look(ada, journal)).words);
        return isDone;
      });
    },
    MINUTES,
  );

  /** The step of one side that is killed, with all that it takes to get there; then both go on to the end. */
  const KILLED: readonly (readonly [string, "ada" | "sam", (journal: Uint8Array, words: readonly string[]) => Go])[] = [
    ["the founder's sync, which takes the answer", "ada", () => sync],
    ["the newcomer's sync, which learns the nonce", "sam", () => sync],
    ["the founder's confirmation", "ada", (journal, words) => (home) => confirmWords(home, journal, words)],
    ["the newcomer's confirmation", "sam", (journal, words) => (home) => confirmWords(home, journal, words)],
  ];

  test.each(KILLED)(
    "%s goes on, and both are verified with the same words",
    async (what, who, step) => {
      await eachKill(async (changes) => {
        const people = { ada: await person(), sam: await person() };
        const { ada, sam } = people;
        const journal = await ada.do(createJournal);
        const { link } = await ada.do((home) => invite(home, journal));
        await sam.do((home) => join(home, link));
        if (what.includes("nonce") || what.includes("confirmation")) await ada.do(sync);
        if (what.includes("confirmation")) await sam.do(sync);
        const before = (await look(people[who], journal)).words ?? [];
        const isDone = await people[who].killed(changes, step(journal, before));
        for (const each of [ada, sam]) expect(await each.problems(), `after ${changes}`).toEqual([]);
        for (const each of [ada, sam]) {
          const { stage, words } = await look(each, journal);
          if (stage === "verified") continue;
          expect(words, `after ${changes}`).toHaveLength(8);
          await each.do((home) => confirmWords(home, journal, words ?? []));
        }
        for (const each of [sam, ada, sam]) expect(await each.problems(), `after ${changes}`).toEqual([]);
        for (const each of [ada, sam]) expect((await look(each, journal)).stage).toBe("verified");
        const noted = await ada.noted();
        expect(new Set(noted).size, `${encodeB64(journal)} ${noted.join()}`).toBe(noted.length);
        expect(noted).toHaveLength(7);
        return isDone;
      });
    },
    MINUTES,
  );
});

type Go = (home: Home) => Step<unknown>;
