/**
 * Judging answers: the one place that tells the server's answers from those of something else in its place.
 *
 * A captive portal, a proxy, a cache and another site speak HTTP too. None of them may seem to end a session, to say that
 * a journal is gone, or to have taken a text.
 *
 * Rules
 * - Every request has an id of its own, and the server's answer repeats it. An answer with another id is none.
 * - A success has the media type that was asked for, and is then parsed. A success without a body repeats the id,
 *   because nothing else shows whose it is.
 * - A refusal is a problem document: its media type, its shape, and the HTTP status that it names itself.
 * - Everything else is no answer of the server: TransportError. Whatever waits here goes on waiting.
 *
 * Spec: §11.5
 */

import { MalformedData, ServerRefused, TransportError } from "../../errors.ts";
import { parseMessageJson } from "../../protocol/codec.ts";
import { Fields } from "../../protocol/fields.ts";
import type { HttpAnswer, HttpRequest } from "../ports.ts";
import { type PulledPage, parsePage } from "./pages.ts";

export const JSON_MEDIA_TYPE = "application/json";
/** The media type of an answer without a body. */
export const NOTHING = "";

const PROBLEM_MEDIA_TYPE = "application/problem+json";
const MAX_VALUES = 65536; // of one JSON answer: its lists and objects, and the values inside
const MAX_SENTENCE = 300; // characters of a problem's detail that are shown
const MAX_CODE = 64;
const MARKS = new Set([..."{[,"].map((mark) => mark.charCodeAt(0)));
const ANOTHER_FORM =
  "The answer is not what the protocol says. Perhaps it was cut off on the way, or the server isn't a Duolog server, " +
  "or is of another version. Check the address, and try again.";
const NOT_UNDERSTOOD =
  "The server doesn't understand what this program sent. The two may be of different versions: bring this program up " +
  "to date, or ask whoever runs the server to do so there.";

/** The body of a success. Throws ServerRefused when the server refuses; TransportError when it isn't its answer. */
export function judgeAnswer(answer: HttpAnswer, request: HttpRequest, origin: string): Uint8Array {
  if (answer.id !== "" && answer.id !== request.id) throw inItsPlace(answer, origin);
  if (answer.status < 200 || answer.status >= 300) throw refusal(answer, origin);
  const isOurs =
    request.accept === NOTHING ? answer.id === request.id && answer.body.length === 0 : answer.media === request.accept;
  if (!isOurs) throw inItsPlace(answer, origin);
  return answer.body;
}

/**
 * A JSON answer, read by `read`; fields that it doesn't know are ignored.
 *
 * Throws TransportError when it isn't one of this operation, or a flood.
 */
export function parseAnswerJson<T>(body: Uint8Array, read: (fields: Fields) => T): T {
  let values = 0;
  for (const byte of body) if (MARKS.has(byte)) values++;
  if (values > MAX_VALUES) {
    throw new TransportError("The server's answer holds more than such an answer can; it was not taken apart.");
  }
  return understood(() => read(new Fields(parseMessageJson(body, "The answer"), "The answer", { open: true })));
}

/** A page in the binary form. Throws TransportError. */
export function parsePulled(body: Uint8Array): PulledPage {
  return understood(() => parsePage(body));
}

function understood<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof MalformedData)) throw error;
    throw new TransportError(ANOTHER_FORM, { cause: error });
  }
}

function refusal(answer: HttpAnswer, origin: string): ServerRefused | TransportError {
  if (answer.media !== PROBLEM_MEDIA_TYPE) return inItsPlace(answer, origin);
  let problem: { status: number; code: string; detail: string };
  try {
    problem = parseAnswerJson(answer.body, (fields) => ({
      status: fields.integer("status"),
      code: fields.text("code", MAX_CODE),
      detail: fields.text("detail", Number.MAX_SAFE_INTEGER),
    }));
  } catch (error) {
    if (error instanceof TransportError) return inItsPlace(answer, origin);
    throw error;
  }
  if (problem.status !== answer.status) return inItsPlace(answer, origin);
  const said = isSentence(problem.detail) ? problem.detail : "The server said no, without a readable reason.";
  // the sentence of `malformed` names places in the request, which only programmers know
  const shown = problem.code === "malformed" ? NOT_UNDERSTOOD : said;
  const retryAfter = /^[0-9]{1,6}$/.test(answer.retryAfter) ? Number(answer.retryAfter) : null;
  return new ServerRefused(shown, problem.code, answer.status, retryAfter);
}

/** Whether a text is short, of letters, marks and spaces alone, and nothing that a terminal or a page could take for more. */
function isSentence(text: string): boolean {
  return text.length > 0 && text.length <= MAX_SENTENCE && /^[\x20-\x7e]*$/.test(text) && !/["\\]/.test(text);
}

function inItsPlace(answer: HttpAnswer, origin: string): TransportError {
  const { status } = answer;
  if (status === 413) {
    return new TransportError(
      `Something in front of the server at ${origin} takes no request of this size. Ask whoever runs the server to let ` +
        "requests of 4 MiB through.",
    );
  }
  if (status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 511)) {
    return new TransportError(
      `Something in front of the server at ${origin} answered ${status}: the server can't be reached just now. Try ` +
        "again later, or ask who runs it.",
    );
  }
  return new TransportError(
    `Something else answered ${status} in the place of the server at ${origin}. Perhaps this network wants a log-in ` +
      "first, or the address is another site's. Check both, and try again.",
  );
}
