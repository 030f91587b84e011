/**
 * Starts the Worker, and answers what a Worker can't: what this browser keeps of the app, a passkey's ceremony, and whether it
 * may forget.
 */
import { version } from "../../package.json";
import { digestOf, forgetBuild, keepBuild, takeNewer, versionOf } from "../pinned.ts";
import type { Build, Lock, Rpc } from "../rpc.ts";
import { onceReady, overPort, type Port } from "../wire.ts";
import workerAddress from "../worker/main.ts?worker&url";
import { servedBy } from "../worker/servedBy.ts";
import { askPasskey } from "./passkey.ts";
import { KEEPER, policyFor } from "./policy.ts";

export function startWorker(): Rpc {
  const policy = policyFor(workerAddress);
  const worker = new Worker(policy.createScriptURL(workerAddress) as string, { type: "module", name: "duolog" });
  const inside = overPort(onceReady(worker as unknown as Port));
  const keep = (lock: Lock): Promise<void> =>
    lock === "tab" ? forgetBuild() : keepBuild(policy.createScriptURL(KEEPER));
  /** What a browser keeps of the app is a help, and no condition: a private window may refuse it. */
  const keepQuietly = (lock: Lock): void => void keep(lock).catch(() => undefined);

  void inside.place().then(({ at }) => {
    if (at === "locked" || at === "open") keepQuietly("none"); // it is there already, or was evicted
  });

  const opener = async (lock: Lock, secret: string): Promise<string> =>
    lock === "passkey" ? await askPasskey(await inside.passkey()) : secret;

  const ofThePage: Partial<Rpc> = {
    build,
    async begin(name, lock, secret) {
      await inside.begin(name, lock, await opener(lock, secret));
      keepQuietly(lock);
    },
    async restore(words, lock, secret) {
      await inside.restore(words, lock, await opener(lock, secret));
      keepQuietly(lock);
    },
    unlock: async (lock, secret) => await inside.unlock(lock, await opener(lock, secret)),
    async askToLast() {
      return await navigator.storage.persist();
    },
    async eraseHere() {
      await inside.eraseHere();
      await forgetBuild();
    },
    takeBuild: takeNewer,
  };
  return new Proxy(inside, {
    get: (target, name) => ofThePage[name as keyof Rpc] ?? target[name as keyof Rpc],
  });
}

/** What the page says about itself. Before this browser keeps a build, its digest is the one that the server names. */
async function build(): Promise<Build> {
  const [{ origin, served }, running, waiting] = await Promise.all([
    servedBy(location.origin),
    digestOf("running"),
    digestOf("waiting"),
  ]);
  return {
    origin: served ? location.origin : origin,
    served,
    version,
    hash: running ?? (await listedDigest()),
    waiting: waiting === null ? null : { version: (await versionOf("waiting")) ?? "", hash: waiting },
  };
}

async function listedDigest(): Promise<string> {
  const list = await fetch(KEEPER, { credentials: "omit" }).then(
    (answer) => answer.text(),
    () => "",
  );
  return /"build":"([0-9a-f]{64})"/.exec(list.slice(0, 200))?.[1] ?? "";
}
