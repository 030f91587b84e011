/**
 * Invitation links: `https://HOST/join#SECRET`, and `duolog:` URIs for native programs.
 *
 * Rules
 * - The secret stands behind `#`, which a browser does not send to the server.
 * - Its text is base64url of secret 16 | checksum 2, 24 characters. The checksum tells a cut-off or mistyped link from a
 *   wrong one.
 * - No error repeats any part of a secret.
 */

import { MalformedData } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { concat, sameBytes, trimmed } from "../protocol/bytes.ts";
import { encodeB64, label, parseB64, sha256 } from "../protocol/codec.ts";
import { parseOrigin } from "../protocol/login.ts";

const SCHEME = "duolog:";
const PATH = "/join";
const CHECKSUM = 2; // bytes
/** Characters of a secret's text. */
export const SECRET_TEXT = 24;

/** An invitation's server, and the secret (16 bytes) that opens it. */
export interface Link {
  readonly origin: string;
  readonly secret: Uint8Array;
}

/** `https://HOST/join#SECRET`, for a message or a browser. It holds the secret. Spec: §7.1 */
export function linkUrl(link: Link): string {
  return `${link.origin}${PATH}#${encodeB64(concat(link.secret, checksum(link.secret)))}`;
}

/** The `duolog:` URI for a native program or a QR code. It holds the secret. Spec: §7.1 */
export function linkUri(link: Link): string {
  return SCHEME + linkUrl(link);
}

/**
 * A pasted link or `duolog:` URI.
 *
 * Throws MalformedData: the text is no invitation link, or its secret is missing, cut off or mistyped. Spec: §7.1
 */
export function parseLink(text: string): Link {
  const [address = "", ...behind] = trimmed(text)
    .replace(/^duolog:/, "")
    .split("#");
  const secret = behind.join("#");
  const place = address.replace(/\/+$/, "");
  if (!place.endsWith(PATH) || place.indexOf(PATH) !== place.length - PATH.length) {
    throw new MalformedData(
      "This is not an invitation link. It looks like https://journal.example/join#..., all of it.",
    );
  }
  if (secret === "") {
    throw new MalformedData(
      "The link has nothing behind '#'. Some programs cut that off; ask for the link again, as plain text.",
    );
  }
  return { origin: parseOrigin(place.slice(0, -PATH.length)), secret: parseSecret(secret) };
}

/** The secret (16 bytes) of its text in a link. Throws MalformedData with what is wrong. Spec: §7.1 */
export function parseSecret(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) {
    throw new MalformedData("The link has a character behind '#' that does not belong there. Paste the link again.");
  }
  if (text.length < SECRET_TEXT) {
    throw new MalformedData(
      `The link is cut off: ${text.length} of ${SECRET_TEXT} characters stand behind '#'. ` +
        "Paste all of it, or ask for it again.",
    );
  }
  if (text.length > SECRET_TEXT) {
    throw new MalformedData(
      `More than ${SECRET_TEXT} characters stand behind '#'. Paste the link alone, without what follows.`,
    );
  }
  const data = parseB64(text);
  const secret = data.slice(0, SIZES.INVITATION_SECRET);
  if (!sameBytes(data.subarray(SIZES.INVITATION_SECRET), checksum(secret))) {
    throw new MalformedData("A character behind '#' is wrong. Paste the link again, or compare it with the original.");
  }
  return secret;
}

function checksum(secret: Uint8Array): Uint8Array {
  return sha256(label("invitation-checksum"), secret).slice(0, CHECKSUM);
}
