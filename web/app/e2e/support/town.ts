/** A real server that hands out the app, and people who use the `duolog` command at it: `tests/web/town.py`. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const PYTHON = process.env.DUOLOG_PYTHON ?? join(ROOT, ".venv/bin/python");

/** Whether there are a Python and a build: without them the stories are skipped, and say so. */
export const CAN_SERVE = existsSync(PYTHON) && existsSync(join(ROOT, "duolog/webapp_build/SHA256SUMS"));

/** What a command said. `data`: of `--json`. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}

export class Town {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  origin = "";
  /** The address of `duolog app` for this server. */
  app = "";

  private constructor() {
    const env = { ...process.env, PYTHONPATH: ROOT };
    this.#process = spawn(PYTHON, ["-m", "tests.web.town"], { cwd: ROOT, env, stdio: ["pipe", "pipe", "inherit"] });
    if (this.#process.stdout === null) throw new TypeError("no output to read");
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  static async begin(): Promise<Town> {
    const town = new Town();
    const { origin, app } = await town.#next<{ origin: string; app: string }>();
    [town.origin, town.app] = [origin, app];
    return town;
  }

  end(): void {
    this.#process.stdin?.end();
  }

  /** Runs the command in somebody's home; throws where it ends otherwise than `code`. */
  async duolog(person: string, command: readonly string[], reads = "", code = 0): Promise<Said> {
    const said = await this.#tell<Said>({ person, command, reads });
    if (said.code !== code) throw new Error(`${person}$ duolog ${command.join(" ")}: ${said.code}\n${said.said}`);
    return said;
  }

  /** What a command says with `--json`. */
  async data(person: string, command: readonly string[], reads = ""): Promise<Record<string, unknown>> {
    return JSON.parse((await this.duolog(person, [...command, "--json"], reads)).out);
  }

  /** Runs a command until it says this, for some milliseconds at most. */
  async eventually(person: string, command: readonly string[], sought: string, patience = 15_000): Promise<void> {
    let said = "";
    for (const end = Date.now() + patience; Date.now() < end; ) {
      said = (await this.duolog(person, command)).said;
      if (said.includes(sought)) return;
    }
    throw new Error(`${person} doesn't see "${sought}":\n${said}`);
  }

  /** Runs the command of a changed client, which doesn't ask whether a step may be taken now; what it said. */
  async unguarded(person: string, command: readonly string[], reads: string): Promise<string> {
    return (await this.#tell<Said>({ person, command, reads, unguarded: true })).said;
  }

  /** `forges`: it puts an entry into the journal that was written to last, in its founder's name. */
  async server(does: "stop" | "start" | "forges"): Promise<void> {
    await this.#tell({ server: does });
  }

  /** Which key the journal has that was written to last. */
  async epoch(): Promise<number> {
    return (await this.#tell<{ epoch: number }>({ server: "epoch" })).epoch;
  }

  /** Whether the server's folder holds a text anywhere. */
  async sees(text: string): Promise<boolean> {
    return (await this.#tell<{ seen: boolean }>({ sees: text })).seen;
  }

  async #tell<T>(order: Record<string, unknown>): Promise<T> {
    this.#process.stdin?.write(`${JSON.stringify(order)}\n`);
    return await this.#next<T>();
  }

  async #next<T>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("The town's program ended.");
    return JSON.parse(value) as T;
  }
}
