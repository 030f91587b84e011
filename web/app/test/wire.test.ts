import { KeyholderSecret } from "@duolog/sdk/seal";
import * as fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import type { Calls } from "../src/rpc.ts";
import { answerOver, onceReady, overPort, type Port, requirePlain } from "../src/wire.ts";

const open: MessagePort[] = [];

afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

/** The page's side of a Worker that answers so, and how that Worker says that something changed. */
function joined(calls: Partial<Calls>) {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  const changed = answerOver(port2, calls as Calls);
  const rpc = overPort(port1);
  port1.start();
  port2.start();
  return { rpc, changed };
}

test("each call gets its own answer, in whatever order they come", async () => {
  const { rpc } = joined({
    search: async (text) => {
      await new Promise((resolve) => setTimeout(resolve, text === "slow" ? 20 : 0));
      return [{ id: text }] as never;
    },
  });
  expect(await Promise.all([rpc.search("slow"), rpc.search("quick")])).toEqual([[{ id: "slow" }], [{ id: "quick" }]]);
});

test("a refusal arrives with its code, and an error that nobody foresaw says nothing of itself", async () => {
  const { rpc } = joined({
    lockNow: async () => {
      throw { code: "offline", retry: true, cause: "secret" };
    },
    leave: async () => {
      throw new Error("secret");
    },
  });
  await expect(rpc.lockNow()).rejects.toEqual({ code: "offline", retry: true });
  await expect(rpc.leave()).rejects.toEqual({ code: "unforeseen", retry: true });
});

test.each([["toString"], ["constructor"], ["__proto__"], ["hasOwnProperty"]])(
  "the page can't call %s",
  async (name) => {
    const { rpc } = joined({});
    await expect((rpc as unknown as Record<string, () => Promise<void>>)[name]?.()).rejects.toEqual({
      code: "unforeseen",
      retry: true,
    });
  },
);

test("no key passes to the page, however deep in an answer", async () => {
  const seed = new Uint8Array(32).fill(7);
  const random = { bytes: (size: number) => new Uint8Array(size) };
  for (const secret of [
    seed,
    seed.buffer,
    KeyholderSecret.fresh("device", random),
    new Map([["seed", seed]]),
    () => seed,
  ]) {
    const { rpc } = joined({ us: async () => ({ me: { name: secret } }) as never });
    await expect(rpc.us()).rejects.toEqual({ code: "unforeseen", retry: true });
  }
});

test("whoever listens hears of a change, until they stop", async () => {
  const { rpc, changed } = joined({ place: async () => ({ at: "open" }) });
  let heard = 0;
  const stop = rpc.onChange(() => heard++);
  changed();
  await rpc.place();
  stop();
  changed();
  await rpc.place();
  expect(heard).toBe(1);
});

test("any JSON is plain, and nesting without end is not", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => requirePlain(value)));
  const endless: unknown[] = [];
  endless.push(endless);
  expect(() => requirePlain(endless)).toThrow(TypeError);
});

test("what is asked before the Worker listens waits for its first word, in its order", async () => {
  const { port1: page, port2: worker } = new MessageChannel();
  const [asking, answering] = [page, worker] as unknown as [Port, Port];
  page.start();
  const rpc = overPort(onceReady(asking));
  const place = rpc.place();
  await new Promise((resolve) => setTimeout(resolve, 5)); // it would be lost now
  const changed = answerOver(answering, { place: async () => ({ at: "open" }) });
  worker.start();
  changed();
  expect(await place).toEqual({ at: "open" });
  page.close();
  worker.close();
});
