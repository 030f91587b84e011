/** A real server in a folder of its own, which hands out the build that `make web-build` left; and the command beside it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const PYTHON = process.env.DUOLOG_PYTHON ?? join(ROOT, ".venv/bin/python");
const STARTS = 20_000; // milliseconds at most

/** Whether there are a Python and a build: without them the stories are skipped, and say so. */
export const CAN_SERVE = existsSync(PYTHON) && existsSync(join(ROOT, "duolog/webapp_build/SHA256SUMS"));

export class RealServer {
  readonly origin: string;
  readonly folder: string;
  readonly #settings: Record<string, string>;
  #process: ChildProcess | null = null;

  private constructor(port: number, folder: string) {
    this.origin = `http://localhost:${port}`;
    this.folder = folder;
    this.#settings = {
      DUOLOG_HOST: "127.0.0.1",
      DUOLOG_PORT: String(port),
      DUOLOG_ORIGIN: this.origin,
      DUOLOG_DATA: join(folder, "data"),
      DUOLOG_WEB: "on",
    };
  }

  static async start(): Promise<RealServer> {
    const server = new RealServer(await freePort(), mkdtempSync(join(tmpdir(), "duolog-stories-")));
    await server.run("app", ["migrate"]);
    await server.up();
    return server;
  }

  async up(): Promise<void> {
    this.#process = spawn(PYTHON, ["-m", "app", "serve"], { cwd: ROOT, env: this.#environment(), stdio: "ignore" });
    for (const end = Date.now() + STARTS; Date.now() < end; ) {
      const answer = await fetch(`${this.origin}/.well-known/duolog`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("The server doesn't start.");
  }

  async down(): Promise<void> {
    const process = this.#process;
    if (process === null) return;
    this.#process = null;
    const ended = new Promise((resolve) => process.once("exit", resolve));
    process.kill();
    await ended;
  }

  async end(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a Python module to its end; what it printed. `typed`: lines for its questions. */
  run(module: string, words: readonly string[], typed: readonly string[] = [], more = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const env = { ...this.#environment(), ...more };
      const child = execFile(PYTHON, ["-m", module, ...words], { cwd: ROOT, env }, (error, out, said) => {
        if (error === null) resolve(out);
        else reject(new Error(`${module} ${words.join(" ")}\n${out}\n${said}`));
      });
      child.stdin?.end(typed.map((line) => `${line}\n`).join(""));
    });
  }

  #environment(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, HOME: this.folder, PYTHONPATH: ROOT, ...this.#settings };
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
