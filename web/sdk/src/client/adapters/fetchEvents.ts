/**
 * The server's events over `fetch`: that something is new, and nothing else. What a stream says is believed in nothing but when
 * to look, so it isn't even read: each event wakes. Spec: §11.11
 */

import { TransportError } from "../../errors.ts";
import { encodeB64 } from "../../protocol/codec.ts";

const BEAT = new Set([0x0a, 0x0d, 0x3a]); // line ends, and the colon of a line that says nothing

/**
 * Listens until the stream ends, or `signal` ends it. `token`: of a session; `opened`: the server listens, so look once more.
 *
 * Throws TransportError: there is no stream, or it broke.
 */
export async function listen(
  origin: string,
  token: Uint8Array,
  heard: { readonly opened: () => void; readonly woken: () => void },
  signal: AbortSignal,
): Promise<void> {
  try {
    const response = await fetch(`${origin}/v1/events`, {
      method: "GET",
      headers: [
        ["Accept", "text/event-stream"],
        ["Authorization", `Bearer ${encodeB64(token)}`],
      ],
      body: null,
      cache: "no-store",
      credentials: "omit",
      redirect: "manual",
      referrerPolicy: "no-referrer",
      signal,
    });
    if (response.status !== 200) throw new TransportError("The server has no events now.");
    heard.opened();
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
      if (part.value.some((byte) => !BEAT.has(byte))) heard.woken();
    }
  } catch (error) {
    if (error instanceof TransportError) throw error;
    throw new TransportError("The server's events can't be heard.", { cause: error });
  }
}
