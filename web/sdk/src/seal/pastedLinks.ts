/**
 * An invitation link in a pasted text: mail and chat programs wrap links, and cut, encode and decorate them.
 *
 * Rules
 * - A link counts only when its checksum is right. So nothing is guessed, and what follows a whole link is left out.
 * - These are taken off: words around the link, brackets and punctuation, invisible characters, line breaks with marks of
 *   quoting, quoted-printable, HTML's entities, percent-encoding (up to three times, as in an address that redirects), and
 *   what a program put between `/join` and `#`.
 * - Two different links in one text are asked about. Nothing is asked of a server here, so no text uses an invitation up.
 * - No error repeats any part of a secret.
 *
 * Spec: §7.5
 */

import { MalformedData } from "../errors.ts";
import { encodeB64 } from "../protocol/codec.ts";
import { type Link, linkUrl, parseLink, parseSecret, SECRET_TEXT } from "./links.ts";

const MAX_PASTED = 16 * 1024; // characters
const LAYERS = 3; // times that a link may be percent-encoded
const MOST = 40; // places in one text that are looked at
const BEFORE = 280; // characters before `/join` that may be its scheme and host

const TAIL = /\/join\/?(?:\?[^\s#<>"']{0,400})?#(?<secret>[A-Za-z0-9_-]*)/g;
const HEAD = /(?<scheme>https?:\/\/)?(?<host>(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?)$/i;
const BREAK = /[ \t]*[\r\n]+[ \t>|]*/g;
const SOFT_BREAK = /=[ \t]*\r?\n[ \t>|]*/g;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ...([
    ["amp", "&"],
    ["lt", "<"],
    ["gt", ">"],
    ["quot", '"'],
    ["apos", "'"],
  ] as const),
  ...([
    ["num", "#"],
    ["colon", ":"],
    ["sol", "/"],
    ["period", "."],
    ["lowbar", "_"],
    ["nbsp", " "],
  ] as const),
]);
const LENIENT = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/**
 * The invitation link in a pasted text.
 *
 * Throws MalformedData: there is no whole link in it, with what is wrong with the one that comes nearest; or several.
 */
export function parsePasted(text: string): Link {
  if (text.length > MAX_PASTED) {
    throw new MalformedData("This text is too long for an invitation link. Paste the link alone.");
  }
  const [named, bare] = [new Map<string, Link>(), new Map<string, Link>()];
  const torn: string[] = [];
  for (const { scheme, host, secret } of places(text)) {
    const address = `${scheme ?? "https://"}${host}/join#`;
    try {
      const link = parseLink(address + secret.slice(0, SECRET_TEXT));
      (scheme === undefined ? bare : named).set(linkUrl(link), link);
    } catch (error) {
      if (!(error instanceof MalformedData)) throw error;
      torn.push(address + secret);
    }
  }
  // a host without its scheme is perhaps the end of one that was broken
  const found = [...(named.size > 0 ? named : bare).values()];
  const secrets = new Set([...named.values(), ...bare.values()].map(({ secret }) => encodeB64(secret)));
  if (found.length > 1 || secrets.size > 1) {
    throw new MalformedData("There is more than one invitation link in this text. Paste the one that you mean alone.");
  }
  const [only] = found;
  // the strict parser names the fault: of the first torn link with a secret, or else of the text as it is
  return only ?? parseLink(torn.find((part) => !part.endsWith("#")) ?? torn[0] ?? shown(text));
}

/** Whether a text is the secret part of a link without its address, by the checksum. */
export function holdsSecret(text: string): boolean {
  try {
    return text.length === SECRET_TEXT && parseSecret(text).length > 0;
  } catch (error) {
    if (!(error instanceof MalformedData)) throw error;
    return false;
  }
}

interface Place {
  readonly scheme: string | undefined;
  readonly host: string;
  readonly secret: string;
}

/** Scheme, host with its port, and the part behind `#`, wherever that looks like a link. */
function* places(text: string): IterableIterator<Place> {
  for (const variant of variants(text)) {
    let looked = 0;
    for (const tail of variant.matchAll(TAIL)) {
      if (looked++ === MOST) break;
      const head = HEAD.exec(variant.slice(Math.max(0, tail.index - BEFORE), tail.index))?.groups;
      if (head?.host !== undefined) {
        yield { scheme: head.scheme, host: head.host, secret: tail.groups?.secret ?? "" };
      }
    }
  }
}

/** The text as it is, and with one wrapping after another taken off; each also with its line breaks closed. */
function* variants(text: string): IterableIterator<string> {
  const plain = shown(text);
  const unfolded = plain.replace(SOFT_BREAK, "");
  const seen = new Set<string>();
  for (let layer of [plain, unfolded, bytesIn(unfolded, "=")]) {
    for (let layers = 0; layers <= LAYERS; layers++) {
      for (const variant of [layer, layer.replace(BREAK, "")]) {
        if (!seen.has(variant)) {
          seen.add(variant);
          yield variant;
        }
      }
      layer = bytesIn(withoutEntities(layer), "%");
    }
  }
}

/** A text whose escaped bytes (`=41` or `%41`) are read as UTF-8. */
function bytesIn(text: string, mark: "=" | "%"): string {
  return text.replace(new RegExp(`(?:${mark}[0-9A-Fa-f]{2})+`, "g"), (run) => {
    const bytes = run
      .split(mark)
      .slice(1)
      .map((hex) => Number.parseInt(hex, 16));
    return LENIENT.decode(Uint8Array.from(bytes));
  });
}

function withoutEntities(text: string): string {
  return text.replace(
    /&(?:#(?<decimal>[0-9]{1,7})|#[xX](?<hex>[0-9A-Fa-f]{1,6})|(?<name>[a-z]{2,6}));/g,
    (whole, ...rest) => {
      const { decimal, hex, name } = rest.at(-1) as { decimal?: string; hex?: string; name?: string };
      if (name !== undefined) return ENTITIES.get(name) ?? whole;
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}

/** The text without characters that nobody sees, and with plain spaces. */
function shown(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .trim();
}
