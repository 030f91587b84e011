/**
 * The ports of the client: all that it needs of the world around it. `adapters` has some for Node and for browsers.
 *
 * The core never calls these: it yields effects (`core/effects`), and `core/driver` runs them with these ports. The two
 * that are pure in form, randomness and the clock, are called directly.
 */

import type { Random } from "../random.ts";

export type { Random } from "../random.ts";

/** The time by this machine. No rule of the protocol refuses anything for it. */
export interface Clock {
  /** Unix seconds, a whole number. */
  now(): number;
}

/** One request. `path` begins with `/`; `media` is the type of the body, `accept` of the answer ("" for none). */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body: Uint8Array | null;
  readonly media: string;
  readonly accept: string;
  /** The session's token, 32 bytes; null for none. */
  readonly token: Uint8Array | null;
  /** Sixteen random bytes as base64url, which the answer repeats. */
  readonly id: string;
  /** The most bytes of an answer that are read. */
  readonly limit: number;
}

/** One answer as it came. `media`: its type, lower case, without parameters. `id`: the request's id that it repeats. */
export interface HttpAnswer {
  readonly status: number;
  readonly media: string;
  readonly id: string;
  readonly retryAfter: string;
  readonly body: Uint8Array;
}

/** One server. It throws TransportError when the server can't be reached, or its answer has no end. */
export interface Transport {
  /** `scheme://host[:port]`, as log-ins are signed for it. */
  readonly origin: string;
  send(request: HttpRequest): Promise<HttpAnswer>;
}

/** A row that is written (`value`), or taken away (null). */
export interface Change {
  readonly name: string;
  readonly value: Uint8Array | null;
}

export type Rows = ReadonlyMap<string, Uint8Array>;

/**
 * Rows by name, durable: IndexedDB in a browser, a file or a database elsewhere. Throws HomeError.
 *
 * What is secret in a row is sealed before it comes here (`core/vault`).
 */
export interface Store {
  /** The rows of these names; one that isn't there is left out. */
  read(names: readonly string[]): Promise<Rows>;
  /** The rows whose names begin so, in the order of their names. */
  list(beginning: string): Promise<Rows>;
  /** All of these changes or none. They are on disk when it resolves. */
  commit(changes: readonly Change[]): Promise<void>;
}

/** Everything together. */
export interface Ports {
  readonly transport: Transport;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}
