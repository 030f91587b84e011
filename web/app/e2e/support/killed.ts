/**
 * Somebody whose page dies: after so many effects the Worker does nothing more, and then the page is crashed.
 *
 * An effect is an answer of the server that has come, or a commit that is on disk. The Worker doesn't hear of the last one. So
 * the server took a request, or the disk has the rows, and the program doesn't know it.
 */
import type { Browser, Worker } from "playwright-core";
import { Person } from "./person.ts";

declare const self: { effectsLeft: number; isStopped: boolean };

/** Stands before the Worker's script. After the last effect, nothing is sent and nothing is stored. */
const HOOK = `
self.effectsLeft = Infinity;
self.isStopped = false;
const endsHere = () => (self.isStopped ||= --self.effectsLeft < 1);
const never = () => new Promise(() => undefined);
const send = self.fetch.bind(self);
self.fetch = async (...given) => {
  if (self.isStopped) return never();
  const answer = await send(...given);
  return endsHere() ? never() : answer;
};
const transaction = IDBDatabase.prototype.transaction;
const nothing = { objectStore: () => new Proxy({}, { get: () => () => ({}) }) };
IDBDatabase.prototype.transaction = function (stores, mode, ...more) {
  if (self.isStopped) return nothing;
  const begun = transaction.call(this, stores, mode, ...more);
  Object.defineProperty(begun, "oncomplete", {
    set: (heard) => begun.addEventListener("complete", () => { if (!(mode === "readwrite" ? endsHere() : self.isStopped)) heard(); }),
  });
  return begun;
};
`;

export class Killed {
  readonly person: Person;
  #allowed = Number.POSITIVE_INFINITY;

  private constructor(person: Person) {
    this.person = person;
  }

  static async at(browser: Browser, name: string, origin: string): Promise<Killed> {
    const killed = new Killed(await Person.at(browser, name, origin, { serviceWorkers: "block" }));
    await killed.person.context.route(/\/assets\/main-[^/]*\.js$/, async (route) => {
      const answer = await route.fetch();
      const hook = HOOK.replace("effectsLeft = Infinity", `effectsLeft = ${killed.#allowed}`);
      await route.fulfill({ response: answer, body: hook + (await answer.text()) });
    });
    return killed;
  }

  /** Opens the app again, with a Worker that ends after so many effects from its start. */
  async again(address = "/app/", allowed = Number.POSITIVE_INFINITY): Promise<void> {
    this.#allowed = allowed;
    this.person.page = await this.person.newPage();
    await this.person.visit(address);
  }

  /** From now on, so many effects. */
  async allow(effects: number): Promise<void> {
    await this.#worker().evaluate((count) => {
      self.effectsLeft = count;
    }, effects);
  }

  async isStopped(): Promise<boolean> {
    return this.person.page.workers().length > 0 && (await this.#worker().evaluate(() => self.isStopped));
  }

  /** Lets the person do one thing after another until it says that all is done, or until the Worker has ended; whether it has. */
  async until(act: () => Promise<boolean>, patience = 20_000): Promise<boolean> {
    let isDone = false;
    let failed: unknown = null;
    void (async () => {
      while (!isDone && failed === null) {
        isDone = await act();
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    })().catch((error: unknown) => {
      failed ??= error; // of a page that has died, too: then nobody asks any more
    });
    for (const end = Date.now() + patience; Date.now() < end; ) {
      if (await this.isStopped()) {
        failed = "stopped";
        return true;
      }
      if (isDone) return false;
      if (failed !== null) throw failed;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    throw new Error(
      `Neither is it done, nor has the Worker ended: ${await this.person.page.locator("body").textContent()}`,
    );
  }

  /** The page's process dies, and the Worker with it. */
  async kill(): Promise<void> {
    const { page, context } = this.person;
    const cdp = await context.newCDPSession(page);
    const dead = page.waitForEvent("crash");
    cdp.send("Page.crash").catch(() => undefined);
    await dead;
    await page.close();
  }

  #worker(): Worker {
    const worker = this.person.page.workers()[0];
    if (worker === undefined) throw new Error("There is no Worker.");
    return worker;
  }
}
