/**
 * A passkey's ceremony, which a page alone can hold: what its PRF gives goes on to the Worker at once, and stays nowhere.
 *
 * The PRF is asked for the home's own input and for no other, so nothing that restores an account comes out of it.
 */
import type { Passkey, Refusal } from "../rpc.ts";

const NO_PASSKEY: Refusal = { code: "no_passkey", retry: true };
const ALGORITHMS = [-7, -8, -257]; // ES256, EdDSA, RS256: the browser wants some; no signature of it is used

/** What the Worker takes: the passkey's id and its output. Makes a passkey where there is none. Rejects with a refusal. */
export async function askPasskey({ credential, input }: Passkey): Promise<string> {
  try {
    const first = bytesOf(input);
    const [id, output] = credential === null ? await make(first) : [credential, null];
    return `${id}.${output ?? (await ask(bytesOf(id), first))}`;
  } catch {
    throw NO_PASSKEY; // refused, taken back, or not possible here: the browser has said why
  }
}

/** A new passkey's id, and its output where making one gives it already. */
async function make(first: Uint8Array<ArrayBuffer>): Promise<[string, string | null]> {
  const made = await navigator.credentials.create({
    publicKey: {
      rp: { name: "Journal" },
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name: "Journal", displayName: "Journal" },
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      extensions: { prf: { eval: { first } } },
    },
  });
  if (!(made instanceof PublicKeyCredential)) throw NO_PASSKEY;
  const { prf } = made.getClientExtensionResults();
  if (prf?.enabled !== true) throw NO_PASSKEY;
  return [textOf(made.rawId), prf.results === undefined ? null : textOf(prf.results.first)];
}

async function ask(id: Uint8Array<ArrayBuffer>, first: Uint8Array<ArrayBuffer>): Promise<string> {
  const found = await navigator.credentials.get({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      allowCredentials: [{ type: "public-key", id }],
      userVerification: "required",
      extensions: { prf: { eval: { first } } },
    },
  });
  const output =
    found instanceof PublicKeyCredential ? found.getClientExtensionResults().prf?.results?.first : undefined;
  if (output === undefined) throw NO_PASSKEY;
  return textOf(output);
}

function textOf(data: BufferSource): string {
  const bytes = new Uint8Array(data instanceof ArrayBuffer ? data : data.buffer);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const decoded = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(decoded, (one) => one.charCodeAt(0));
}
