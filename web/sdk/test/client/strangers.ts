/** Journals that the server lists and that nobody here has joined: not fetched, not shown, reported once. */

import { expect, test } from "vitest";
import { sync } from "../../src/client/log/syncing.ts";
import { createJournal } from "../../src/client/pairing/founding.ts";
import type { HttpAnswer, HttpRequest } from "../../src/client/ports.ts";
import { utf8 } from "../../src/protocol/bytes.ts";
import { encodeB64 } from "../../src/protocol/codec.ts";
import { bodyOf, Person } from "./people.ts";

/** Lists one more journal to somebody. */
function listing(journal: Uint8Array, request: HttpRequest, answer: HttpAnswer): HttpAnswer {
  if (request.path !== "/v1/journals") return answer;
  const said = bodyOf(answer);
  const item = { ...(said.journals as Record<string, unknown>[])[0], journal: encodeB64(journal), seq: 1 };
  const journals = [...(said.journals as { journal: string }[]), item as { journal: string }];
  const bytes = ({ journal: id }: { journal: string }): string => Buffer.from(id, "base64url").toString("hex");
  journals.sort((one, other) => (bytes(one) < bytes(other) ? -1 : 1));
  return { ...answer, body: utf8(JSON.stringify({ ...said, journals })) };
}

/** The tests, at the server behind an address. */
export function plantedJournals(origin: () => string): void {
  test("somebody else's journal is reported once, and nothing of it is stored", async () => {
    const [ada, sam] = [await Person.register(origin()), await Person.register(origin())];
    const journal = await sam.do(createJournal);
    const page = await sam.pageOf(journal);
    ada.transport.lie = (request, answer) => {
      const isItsPage = request.path.startsWith(`/v1/journals/${encodeB64(journal)}/entries`);
      return isItsPage ? { ...page, id: answer.id } : listing(journal, request, answer);
    };
    expect(await ada.problems()).toEqual(["client.stranger"]);
    expect(await ada.problems()).toEqual([]);
    await ada.restart();
    expect(await ada.problems()).toEqual([]);
    const names = [...ada.store.rows.keys()].filter((name) => name.includes(encodeB64(journal)));
    expect(names).toEqual([`stranger/${encodeB64(journal)}`]);
  });

  test("one whose page doesn't come is looked at again, and holds up nothing", async () => {
    const ada = await Person.register(origin());
    const mine = await ada.do(createJournal);
    ada.transport.lie = (request, answer) => listing(new Uint8Array(32).fill(7), request, answer);
    for (let syncs = 0; syncs < 2; syncs++) {
      const { problems } = await ada.do(sync);
      expect(problems.map(({ error }) => error.constructor.name)).toEqual(["ServerRefused"]);
    }
    expect([...ada.store.rows.keys()]).toContain(`log/${encodeB64(mine)}`);
  });
}
