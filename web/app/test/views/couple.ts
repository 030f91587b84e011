/** Sam's home behind the app's views, at a real server where Ada writes with Python's client. */
import { deliver, sync } from "@duolog/sdk/client";
import { Client, type Evening } from "../../../sdk/test/client/evening.ts";
import type { Entry, Journal } from "../../src/rpc.ts";
import type { Session } from "../../src/worker/session.ts";
import { type JournalCalls, journalCalls } from "../../src/worker/views/index.ts";

export { CAN_SERVE, Evening } from "../../../sdk/test/client/evening.ts";

/** Sam, as the Worker has him. */
export class Sam {
  readonly calls: JournalCalls;
  readonly client: Client;
  /** How often the page was told that something looks different. */
  changes = 0;

  private constructor(client: Client) {
    this.client = client;
    const session: Session = {
      home: client.home,
      store: client.store,
      clock: client.home.clock,
      random: client.home.random,
      run: (step) => client.do(() => step),
      ask: (step) => client.do(() => step),
      changed: () => void this.changes++,
    };
    this.calls = journalCalls(session, { zone: "Europe/Vienna" });
  }

  static async at(evening: Evening): Promise<Sam> {
    const sam = new Sam(await Client.open(evening, await evening.samsStore()));
    await sam.sync();
    return sam;
  }

  /** The same home, opened again. */
  async again(evening: Evening): Promise<Sam> {
    return new Sam(await Client.open(evening, this.client.store));
  }

  async sync(): Promise<void> {
    await this.client.do(sync);
  }

  async deliver(evening: Evening): Promise<void> {
    await this.client.do((home) => deliver(home, evening.journal));
  }
}

/** Every entry of a journal's page, newest first. */
export function entriesOf(journal: Journal): readonly Entry[] {
  return journal.days.flatMap((day) => day.entries);
}

/** What a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => null,
    (error: unknown) => error,
  );
}
