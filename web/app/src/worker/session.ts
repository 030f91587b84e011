/** An opened home as the methods behind the contract use it: its ports, and how they say that something looks different. */
import type { Random } from "@duolog/sdk";
import type { Clock, Home, Step, Store } from "@duolog/sdk/client";

export interface Session {
  readonly home: Home;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Runs a step of the SDK's with this session's server and store, one at a time. */
  run<T>(step: Step<T>): Promise<T>;
  /** Says to the page that something looks different. */
  changed(): void;
}
