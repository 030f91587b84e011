/**
 * A transport over `fetch`, which browsers, Workers and Node 20 have.
 *
 * Rules
 * - Nothing is cached, no cookie and no referrer is sent, and no redirect is followed: another address is another server.
 * - Plain HTTP goes to the same machine alone.
 * - An answer is read up to its limit. One that doesn't come in time is none.
 *
 * It judges nothing: `server/answers` does.
 */

import { NotAllowed, TransportError } from "../../errors.ts";
import { concat } from "../../protocol/bytes.ts";
import { encodeB64 } from "../../protocol/codec.ts";
import { parseOrigin } from "../../protocol/login.ts";
import type { HttpAnswer, HttpRequest, Transport } from "../ports.ts";

const LOCAL = /^http:\/\/(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?$/;
const PATIENCE = 60_000; // milliseconds

export class FetchTransport implements Transport {
  readonly origin: string;
  readonly #patience: number;

  /**
   * `address`: the server's, as a person gave it. `patience`: milliseconds for one request and its answer.
   *
   * Throws MalformedData: it is no address; NotAllowed: it is plain HTTP to another machine.
   */
  constructor(address: string, patience: number = PATIENCE) {
    this.origin = parseOrigin(address);
    this.#patience = patience;
    if (!this.origin.startsWith("https://") && !LOCAL.test(this.origin)) {
      throw new NotAllowed("A connection without TLS is for the same machine alone. Use the server's https address.");
    }
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const headers: [string, string][] = [["Duolog-Request", request.id]];
    if (request.accept !== "") headers.push(["Accept", request.accept]);
    if (request.media !== "") headers.push(["Content-Type", request.media]);
    if (request.token !== null) headers.push(["Authorization", `Bearer ${encodeB64(request.token)}`]);
    try {
      const init = {
        method: request.method,
        headers,
        body: request.body === null ? null : request.body.slice(),
        cache: "no-store",
        credentials: "omit",
        redirect: "manual",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(this.#patience),
      } as const;
      const response = await fetch(this.origin + request.path, init);
      return {
        status: response.status,
        media: (response.headers.get("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "",
        id: response.headers.get("Duolog-Request") ?? "",
        retryAfter: response.headers.get("Retry-After") ?? "",
        body: await readUpTo(response, request.limit),
      };
    } catch (error) {
      if (error instanceof TransportError) throw error;
      throw new TransportError(`The server at ${this.origin} can't be reached. Try again later.`, { cause: error });
    }
  }
}

async function readUpTo(response: Response, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    size += part.value.length;
    if (size > limit) {
      await reader?.cancel();
      throw new TransportError("The server's answer is larger than such an answer can be; it was not read.");
    }
    parts.push(part.value);
  }
  return concat(...parts);
}
