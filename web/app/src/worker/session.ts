/** An opened home as the methods behind the contract use it: its ports, and how they say that something looks different. */
import type { Random } from "@duolog/sdk";
import type { Clock, Home, Step, Store } from "@duolog/sdk/client";

export interface Session {
  readonly home: Home;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Runs a step that reads and writes here alone: at once, even while another one waits for the server. */
  run<T>(step: Step<T>): Promise<T>;
  /** Runs a step that asks the server; one behind the other. */
  ask<T>(step: Step<T>): Promise<T>;
  /** Says to the page that something looks different, and sends what waits in the outbox. */
  changed(): void;
}
