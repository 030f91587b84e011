/** The two globals that a browser, a Worker and Node all have, and nothing more: the SDK is compiled without the DOM. */

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

declare class TextDecoder {
  constructor(label: "utf-8", options: { fatal: boolean; ignoreBOM: boolean });
  decode(data: Uint8Array): string;
}
