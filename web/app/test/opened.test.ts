/** Steps of one home: what waits for the server keeps no reader waiting, and nothing runs beside another step. */
import { HomeError } from "@duolog/sdk";
import { commit, type HttpAnswer, MemoryStore, read, type Step, type Transport } from "@duolog/sdk/client";
import { expect, test } from "vitest";
import { Runner } from "../src/worker/opened.ts";

const ROW = "row";

/** A server that answers when the test says so. */
class Slow implements Transport {
  readonly origin = "https://journal.example";
  readonly asked: (() => void)[] = [];

  send(): Promise<HttpAnswer> {
    return new Promise((resolve) => {
      this.asked.push(() => resolve({ status: 200, media: "", id: "", retryAfter: "", body: new Uint8Array() }));
    });
  }
}

function* ask(): Step<void> {
  const request = {
    method: "GET",
    path: "/",
    body: null,
    media: "",
    accept: "",
    token: null,
    id: "",
    limit: 1,
  } as const;
  yield { type: "http", request };
}

function* write(value: number): Step<void> {
  yield* commit([{ name: ROW, value: Uint8Array.of(value) }]);
}

function* writeAndAsk(value: number): Step<void> {
  yield* write(value);
  yield* ask();
  yield* write(value + 1);
}

function* look(): Step<number> {
  return (yield* read([ROW])).get(ROW)?.[0] ?? 0;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test("a reader reads while another step waits for the server", async () => {
  const server = new Slow();
  const runner = new Runner(new MemoryStore(), server);
  const asking = runner.ask(writeAndAsk(1));
  await until(() => server.asked.length === 1);
  expect(await runner.run(look())).toBe(1);
  server.asked[0]?.();
  await asking;
  expect(await runner.run(look())).toBe(2);
});

test("one asks behind the other", async () => {
  const server = new Slow();
  const runner = new Runner(new MemoryStore(), server);
  const both = Promise.all([runner.ask(writeAndAsk(1)), runner.ask(writeAndAsk(5))]);
  await until(() => server.asked.length === 1);
  expect(await runner.run(look())).toBe(1);
  server.asked[0]?.();
  await until(() => server.asked.length === 2);
  expect(await runner.run(look())).toBe(5);
  server.asked[1]?.();
  await both;
});

test("a failure lets the next one in", async () => {
  const runner = new Runner(new MemoryStore(), new Slow());
  await expect(runner.run(ask())).rejects.toThrow(TypeError);
  await expect(runner.run(look())).resolves.toBe(0);
});

test("a home that is locked ends what is under way before it writes again", async () => {
  const server = new Slow();
  const store = new MemoryStore();
  const runner = new Runner(store, server);
  const asking = runner.ask(writeAndAsk(1));
  await until(() => server.asked.length === 1);
  runner.close();
  server.asked[0]?.();
  await expect(asking).rejects.toThrow(HomeError);
  expect((await store.read([ROW])).get(ROW)).toEqual(Uint8Array.of(1));
  await expect(runner.run(look())).rejects.toThrow(HomeError);
});
