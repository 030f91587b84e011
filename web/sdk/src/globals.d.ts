/**
 * The globals that a browser, a Worker and Node 20 all have, as far as the SDK uses them: it is compiled without the DOM.
 * All but the first two are for `client/adapters` alone, which `test/rooms.test.ts` holds.
 */

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

declare class TextDecoder {
  constructor(label: "utf-8", options: { fatal: boolean; ignoreBOM: boolean });
  decode(data: Uint8Array): string;
}

declare class AbortSignal {
  private constructor();
  static timeout(milliseconds: number): AbortSignal;
}

interface Response {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: {
    getReader(): {
      read(): Promise<{ readonly done: false; readonly value: Uint8Array } | { readonly done: true }>;
      cancel(): Promise<void>;
    };
  } | null;
}

interface RequestInit {
  readonly method: string;
  readonly headers: [string, string][];
  readonly body: Uint8Array | null;
  readonly cache: "no-store";
  readonly credentials: "omit";
  readonly redirect: "manual";
  readonly referrerPolicy: "no-referrer";
  readonly signal: AbortSignal;
}

declare function fetch(address: string, init: RequestInit): Promise<Response>;

declare const crypto: { getRandomValues(data: Uint8Array): Uint8Array };
