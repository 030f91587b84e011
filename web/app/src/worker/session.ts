/** An opened home, as the views of a journal get it from the Worker. */
import type { Random } from "@duolog/sdk";
import type { Clock, Home, Step, Store } from "@duolog/sdk/client";

export interface Session {
  readonly home: Home;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  run<T>(step: Step<T>): Promise<T>;
  /** Says to the page that something looks different. What waits in the outbox is sent by whoever runs the session. */
  changed(): void;
}
