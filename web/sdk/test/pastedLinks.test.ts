/** Invitation links as they come out of mail and chat programs: wrapped, cut, encoded and decorated. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { MalformedData } from "../src/errors.ts";
import { linkUri, linkUrl } from "../src/seal/links.ts";
import { holdsSecret, parsePasted } from "../src/seal/pastedLinks.ts";

const FIRST = Uint8Array.from({ length: 16 }, (_, at) => [0xfb, 0xef, 0xbe][at] ?? at - 3);
const LINK = { origin: "https://journal.example", secret: FIRST };
const LOCAL = { origin: "http://127.0.0.1:8330", secret: Uint8Array.from({ length: 16 }, (_, at) => at) };
const URL = linkUrl(LINK);
const SECRET = URL.slice(URL.indexOf("#") + 1);
const quote = encodeURIComponent;
const cut = (between: string): string => URL.slice(0, -10) + between + URL.slice(-10);
const hex = (text: string): string => text.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");

const WRAPPED: Record<string, string> = {
  plain: URL,
  uri: linkUri(LINK),
  "angle brackets": `<URL:${URL}>`,
  "round brackets": `(here: ${URL})`,
  "a sentence": `Hello love, this is the link: ${URL}. Sleep well!`,
  quotes: `\u201c${URL}\u201d`,
  markdown: `[our journal](${URL})`,
  emphasis: `_${URL}_`,
  html: `<a href="${URL}">${URL}</a>`,
  "html entities": URL.replace("#", "&#35;").replaceAll("/", "&#x2F;"),
  invisible: `\u200b\ufeff${[...URL].join("\u200b")}\u2060`,
  "marks of direction": `\u202a${URL}\u202c`,
  "no-break space": `\u00a0${URL}\u00a0`,
  "wide letters": [...URL].map((char) => String.fromCodePoint((char.codePointAt(0) ?? 0) + 0xfee0)).join(""),
  "broken in the secret": cut("\n"),
  "broken with CRLF and spaces": cut("  \r\n   "),
  "broken in the name": URL.replace("example", "exam\nple"),
  "broken in a quote of a quote": `> > ${cut("\n> > ")}\n> > Sleep well`,
  "broken, and words follow": `${cut("\n")}\nSleep well`,
  "quoted-printable all over": [...URL].map((char) => `=${hex(char)}`).join(""),
  "quoted-printable, wrapped": cut("=\n"),
  percent: quote(URL),
  "percent twice": quote(quote(URL)),
  redirect: `https://eur01.safelinks.example/?url=${quote(URL)}&data=05%7C01%7C&reserved=0`,
  "redirect in a redirect": `https://l.example/l.php?u=${quote(`https://r.example/?q=${quote(URL)}`)}&h=AT0`,
  "redirect in quoted-printable": `https://r.example/?url=3D${quote(URL)}=\n&amp;data=3D05`,
  "a tracker's word": URL.replace("/join", "/join?fbclid=IwAR0_x-y"),
  "a slash": URL.replace("/join", "/join/"),
  "no scheme": URL.slice("https://".length),
  capitals: URL.replace("https://journal.example", "HTTPS://Journal.Example"),
  "linked and shown": `${URL} <${URL}>`,
};

test.each(Object.entries(WRAPPED))("a link is understood in what programs put around it: %s", (_, text) => {
  expect(parsePasted(text)).toEqual(LINK);
});

test("a server on this machine is understood too", () => {
  expect(parsePasted(`see ${linkUrl(LOCAL)}, please`)).toEqual(LOCAL);
});

test.each([
  ["", "not an invitation link"],
  ["hello", "not an invitation link"],
  [URL.slice(0, -1), "23 of 24 characters"],
  [`Here: ${URL.slice(0, -3)}.`, "21 of 24 characters"],
  [URL.slice(0, URL.indexOf("#")), "nothing behind '#'"],
  [`<${URL.slice(0, URL.indexOf("#"))}#>`, "nothing behind '#'"],
  [URL.slice(0, -24) + (URL.at(-24) === "A" ? "B" : "A") + URL.slice(-23), "is wrong"],
  [quote(URL.slice(0, -4)), "20 of 24 characters"],
  [SECRET, "not an invitation link"],
  [`${URL} and ${linkUrl(LOCAL)}`, "more than one"],
  [`mine ${URL}\nyours ${quote(linkUrl(LOCAL))}`, "more than one"],
  ["x".repeat(16 * 1024 + 1), "too long"],
])("an unclear text is explained: %s", (text, says) => {
  expect(() => parsePasted(text)).toThrow(says);
  expect(() => parsePasted(text)).toThrow(MalformedData);
});

test("a link between any other words is found", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), (before, after) => {
      expect(parsePasted(`${before} ${URL} ${after}`)).toEqual(LINK);
    }),
    { numRuns: 200 },
  );
});

test.each([
  "https://".repeat(2000),
  "a.".repeat(8000),
  "/join#".repeat(2500),
  "a/join?".repeat(2300),
  "%25".repeat(5000),
])("a long text takes no time", (text) => {
  const before = performance.now();
  expect(() => parsePasted(text)).toThrow(MalformedData);
  expect(performance.now() - before).toBeLessThan(2000);
});

test("the end of a link is known by its checksum", () => {
  expect([SECRET, `${SECRET.slice(0, -1)}x`, "ab-cd", ""].map(holdsSecret)).toEqual([true, false, false, false]);
});
