/**
 * The SDK's side of `fuzz/differential.py`: reads a line `PARSER BASE64` for each input, and answers the verdict of the
 * built package in a line. An empty line ends a batch. `fuzz/verdicts.py` has the other side's table.
 */

import { createInterface } from "node:readline";
import { DuologError } from "../dist/errors.js";
import {
  concat,
  documentJson,
  encodeAcceptance,
  encodeB64,
  encodeCanonical,
  encodeClose,
  encodeHeader,
  encodeReceipt,
  encodeRoster,
  encodeSet,
  Fields,
  Fraction,
  parseAcceptance,
  parseB64,
  parseCanonical,
  parseClose,
  parseHeader,
  parseMessage,
  parseMessageJson,
  parseOrigin,
  parseReceipt,
  parseRoster,
  parseSet,
  requireBlobSize,
  sha256,
  statementType,
  utf8,
  verifyChain,
  verifySets,
} from "../dist/protocol/index.js";
import {
  encodeAnswer,
  encodeContext,
  encodeDeviceAccount,
  encodeDeviceAdded,
  encodeDeviceKeys,
  encodeInvitation,
  encodeWords,
  linkUri,
  parseAnswer,
  parseCode,
  parseContext,
  parseDeviceAccount,
  parseDeviceAdded,
  parseDeviceKeys,
  parseInvitation,
  parseLink,
  parseWords,
  readLink,
} from "../dist/seal/index.js";

/** A JSON value in one form that no two values share; a fraction by its eight bytes. */
function shape(value) {
  if (value instanceof Fraction) {
    const eight = Buffer.alloc(8);
    eight.writeDoubleBE(value.value);
    return `d${eight.toString("hex")}`;
  }
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${shape(key)}:${shape(item)}`).join(",")}}`;
  }
  return Array.isArray(value) ? `[${value.map(shape).join(",")}]` : JSON.stringify(value);
}

const shaped = (value) => utf8(shape(value));
const text = (data) => data.toString("utf8");

function message(data) {
  const parsed = parseMessage(data);
  const attachments = parsed.attachments.map((item) => [
    encodeB64(item.id),
    encodeB64(item.key),
    encodeB64(item.digest),
    item.size,
    item.type,
  ]);
  const follows = parsed.follows && encodeB64(parsed.follows);
  const seen = encodeB64(encodeReceipt(parsed.seen));
  return shaped([documentJson(parsed.document), seen, follows, parsed.refused, attachments]);
}

function journalStatement(data) {
  const isRoster = statementType(parseCanonical(data)) === "roster";
  return isRoster ? encodeRoster(parseRoster(data)) : encodeClose(parseClose(data));
}

function accountChain(data) {
  const fields = new Fields(parseMessageJson(data), "A chain");
  const chain = verifyChain(fields.objects("chain", readLink, 1, 100));
  const sets = verifySets(chain, fields.objects("sets", readLink, 1, 100));
  return concat(chain.newest.statementHash, encodeSet(sets.at(-1)));
}

/** The new device's message, and the old one's second: both are read. */
function deviceMessage(data) {
  try {
    return encodeDeviceKeys(parseDeviceKeys(data));
  } catch (error) {
    if (!(error instanceof DuologError)) throw error;
    return encodeDeviceAdded(parseDeviceAdded(data));
  }
}

function padding(data) {
  requireBlobSize(data);
  return new Uint8Array();
}

const READERS = {
  canonical: (data) => encodeCanonical(parseCanonical(data)),
  "message-json": (data) => shaped(parseMessageJson(data)),
  message,
  base64url: (data) => parseB64(text(data)),
  origin: (data) => utf8(parseOrigin(text(data))),
  link: (data) => utf8(linkUri(parseLink(text(data)))),
  "device-code": (data) => parseCode(text(data)).code,
  "recovery-words": (data) => utf8(encodeWords(parseWords(text(data))).join(" ")),
  header: (data) => encodeHeader(parseHeader(data)),
  receipt: (data) => encodeReceipt(parseReceipt(data)),
  padding,
  "journal-statement": journalStatement,
  acceptance: (data) => encodeAcceptance(parseAcceptance(data)),
  "account-chain": accountChain,
  "keyholder-set": (data) => encodeSet(parseSet(data)),
  invitation: (data) => encodeInvitation(parseInvitation(data)),
  answer: (data) => encodeAnswer(parseAnswer(data)),
  "proposal-context": (data) => encodeContext(parseContext(data)),
  "device-message": deviceMessage,
  "device-account": (data) => encodeDeviceAccount(parseDeviceAccount(data)),
};

function verdict(name, data) {
  try {
    return `ok ${Buffer.from(sha256(READERS[name](data)))
      .toString("hex")
      .slice(0, 16)}`;
  } catch (error) {
    if (!(error instanceof DuologError)) return `${error?.constructor?.name}: ${error?.message}`;
    return `${error.name} ${error.check ?? ""}`.trim();
  }
}

let answers = [];
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "") {
    process.stdout.write(answers.map((answer) => `${answer}\n`).join(""));
    answers = [];
  } else {
    const [name, data = ""] = line.split(" ");
    answers.push(verdict(name, Buffer.from(data, "base64")));
  }
}
