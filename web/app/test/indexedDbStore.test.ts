import { HomeError } from "@duolog/sdk";
import { IDBFactory, IDBKeyRange, IDBObjectStore } from "fake-indexeddb";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CLOSED, FULL, IndexedDbStore } from "../src/worker/indexedDbStore.ts";

const NAME = "home";
let factory: IDBFactory;

beforeEach(() => {
  factory = new IDBFactory();
  vi.stubGlobal("IDBKeyRange", IDBKeyRange);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const opened = () => IndexedDbStore.open(NAME, factory);
const bytes = (...values: number[]) => new Uint8Array(values);

test("what was committed is there after the browser was closed", async () => {
  const before = await opened();
  await before.commit([
    { name: "account", value: bytes(1) },
    { name: "seed/1", value: bytes(2, 3) },
  ]);
  before.close();
  const after = await opened();
  expect(await after.read(["seed/1", "nothing", "account"])).toEqual(
    new Map([
      ["seed/1", bytes(2, 3)],
      ["account", bytes(1)],
    ]),
  );
});

test("any rows are listed by how their names begin, in order, and as they were last written", async () => {
  const name = fc
    .tuple(fc.constantFrom("item/", "item0", "log/", "i"), fc.stringMatching(/^[A-Za-z0-9_/-]{0,6}$/))
    .map((parts) => parts.join(""));
  const change = fc.record({ name, value: fc.option(fc.uint8Array({ maxLength: 8 })) });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 6 }), async (commits) => {
      factory = new IDBFactory();
      const store = await opened();
      const model = new Map<string, Uint8Array>();
      for (const changes of commits) {
        await store.commit(changes);
        for (const { name: one, value } of changes) {
          if (value === null) model.delete(one);
          else model.set(one, value);
        }
      }
      for (const beginning of ["", "item/", "log/", "none"]) {
        const wanted = [...model]
          .filter(([one]) => one.startsWith(beginning))
          .sort(([one], [other]) => (one < other ? -1 : 1));
        expect([...(await store.list(beginning))]).toEqual(wanted);
      }
      expect(await store.read([...model.keys()])).toEqual(model);
    }),
    { numRuns: 60 },
  );
});

test("a commit that fails halfway leaves no half of it", async () => {
  const store = await opened();
  await store.commit([{ name: "a", value: bytes(1) }]);
  const put = IDBObjectStore.prototype.put;
  let calls = 0;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...given) {
    if (++calls === 2) this.transaction.abort();
    return put.apply(this, given);
  });
  const changes = [
    { name: "a", value: bytes(2) },
    { name: "b", value: bytes(3) },
  ];
  await expect(store.commit(changes)).rejects.toThrow(HomeError);
  vi.restoreAllMocks();
  expect([...(await store.list(""))]).toEqual([["a", bytes(1)]]);
});

test("a browser without room says so, and keeps what it has", async () => {
  const store = await opened();
  await store.commit([{ name: "a", value: bytes(1) }]);
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("no room", "QuotaExceededError");
  });
  await expect(store.commit([{ name: "a", value: bytes(2) }])).rejects.toThrow(FULL);
  vi.restoreAllMocks();
  expect(await store.read(["a"])).toEqual(new Map([["a", bytes(1)]]));
});

test("a home that another tab erases is closed here, and gone", async () => {
  const store = await opened();
  await store.commit([{ name: "a", value: bytes(1) }]);
  await IndexedDbStore.erase(NAME, factory);
  await expect(store.commit([{ name: "a", value: bytes(2) }])).rejects.toThrow(CLOSED);
  await expect(store.read(["a"])).rejects.toThrow(CLOSED);
  expect(await (await opened()).list("")).toEqual(new Map());
});
