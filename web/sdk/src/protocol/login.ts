/**
 * Log-in: the bytes that a keyholder signs to open a session, and the origin that they name.
 *
 * Rules
 * - An origin is `scheme://host[:port]`, lower case, without a default port and without a trailing slash. The signature
 *   covers the origin that the client meant to reach, so a server can't pass it on to another server.
 * - The signature covers label, origin, challenge and keyholder id. The server accepts each challenge once.
 */

import { MalformedData } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { characters, concat, utf8 } from "./bytes.ts";
import { label, lengthPrefixed } from "./codec.ts";
import { keyholderId } from "./ids.ts";
import { verifySignature } from "./statements.ts";

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: ":80", https: ":443" };
const ORIGIN = /^(?<scheme>https?):\/\/(?:[a-z0-9.-]+|\[(?<ipv6>[0-9a-f:.]+)\])(?<port>:(?:0|[1-9][0-9]{0,4}))?$/;
const MAX_PORT = 65535;

/**
 * The normal form of a server's address, such as `https://journal.example` or `http://127.0.0.1:8080`.
 *
 * Capitals, a default port and one trailing slash are corrected; everything else beyond an origin is refused. (A
 * browser's URL parser corrects more: back slashes, numbers as hosts, white space.) Throws MalformedData. Spec: §4.8
 */
export function parseOrigin(text: string): string {
  const found = ORIGIN.exec(text.toLowerCase().replace(/\/$/, ""));
  const { scheme = "", ipv6, port = "" } = found?.groups ?? {};
  if (
    found === null ||
    characters(text) > SIZES.MAX_ORIGIN ||
    Number(port.slice(1)) > MAX_PORT ||
    (ipv6 !== undefined && !isIpv6(ipv6))
  ) {
    throw new MalformedData(
      "This is not the address of a server. It looks like https://journal.example, with nothing after the name.",
    );
  }
  return port === DEFAULT_PORTS[scheme] ? found[0].slice(0, -port.length) : found[0];
}

/** Whether a text is an IPv6 address (RFC 4291), which may end in an IPv4 one. */
function isIpv6(text: string): boolean {
  const halves = text.split("::");
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const ending = groups.at(-1)?.at(-1) ?? "";
  const all = groups.flat();
  const isMixed = ending.includes(".");
  if (isMixed && !isIpv4(ending)) return false;
  if (!(isMixed ? all.slice(0, -1) : all).every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  const count = all.length + (isMixed ? 1 : 0);
  return halves.length === 1 ? count === 8 : halves.length === 2 && count < 8;
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
}

/** The bytes that a log-in's Ed25519 signature covers. Throws MalformedData for a challenge of another size. Spec: §4.8 */
export function loginInput(origin: string, challenge: Uint8Array, keyholder: Uint8Array): Uint8Array {
  if (challenge.length !== SIZES.CHALLENGE) {
    throw new MalformedData("The server's challenge has another size than a log-in takes.");
  }
  return concat(label("login"), lengthPrefixed(utf8(origin)), challenge, keyholder);
}

/**
 * Checks that the keyholder with this signing key signed this challenge, for this origin.
 *
 * Throws BadSignature; MalformedData for a challenge of another size. Spec: §4.8
 */
export function verifyLogin(signKey: Uint8Array, origin: string, challenge: Uint8Array, signature: Uint8Array): void {
  verifySignature(signKey, loginInput(origin, challenge, keyholderId(signKey)), signature);
}
