/**
 * A session at one server: requests outside it, and within it, logged in where that is needed.
 *
 * Rules
 * - The log-in is signed for the origin that this home means to reach, so no other host can pass it on.
 * - A session's token lives in memory alone; without one, or when it has ended, the client logs in.
 * - A refused log-in is believed when a second attempt is refused as well: after a lost answer the challenge of the
 *   first one is used up.
 *
 * Spec: §4.8, §11
 */

import { ServerRefused } from "../../errors.ts";
import { encodeB64, encodeMessageJson, type JsonObject, jsonObject } from "../../protocol/codec.ts";
import type { Fields } from "../../protocol/fields.ts";
import type { Random } from "../../random.ts";
import type { KeyholderSecret } from "../../seal/keys.ts";
import { http, type Step } from "../core/effects.ts";
import type { HttpRequest } from "../ports.ts";
import { JSON_MEDIA_TYPE, judgeAnswer, NOTHING, parseAnswerJson } from "./answers.ts";
import { type OpenedSession, readChallenge, readSession } from "./bodies.ts";

const REQUEST_ID = 16; // bytes
const MAX_ANSWER = 64 * 1024; // bytes of an answer that names no other bound, and of every refusal

type Method = HttpRequest["method"];

/** How a request is sent: its body with the type, the type of the answer, and the most bytes of that. */
export interface Form {
  readonly body?: Uint8Array;
  readonly media?: string;
  readonly accept?: string;
  readonly limit?: number;
}

export class Session {
  readonly #origin: string;
  readonly #keyholder: KeyholderSecret;
  readonly #random: Random;
  #open: OpenedSession | null = null;

  constructor(origin: string, keyholder: KeyholderSecret, random: Random) {
    this.#origin = origin;
    this.#keyholder = keyholder;
    this.#random = random;
  }

  /** The account that the server named for the open session; null where there is none. */
  get account(): Uint8Array | null {
    return this.#open?.account ?? null;
  }

  /** The token of the open session, after logging in where there is none. */
  *token(): Step<Uint8Array> {
    return (this.#open ?? (yield* this.logIn())).token;
  }

  /** Ends this home's own session, where one is open. */
  *logOut(): Step<void> {
    const session = this.#open;
    this.#open = null;
    if (session !== null) {
      yield* this.send("DELETE", "/v1/sessions/current", { accept: NOTHING }, session.token);
    }
  }

  /** Opens a session, which further operations use. */
  *logIn(): Step<OpenedSession> {
    this.#open = null;
    let session: OpenedSession;
    try {
      session = yield* this.#signIn();
    } catch (error) {
      if (!isRefused(error, "login_refused")) throw error;
      session = yield* this.#signIn();
    }
    this.#open = session;
    return session;
  }

  *#signIn(): Step<OpenedSession> {
    const { id } = this.#keyholder;
    const asked = jsonObject({ keyholder: encodeB64(id) });
    const challenge = yield* this.outside("POST", "/v1/challenges", readChallenge, asked);
    const signature = this.#keyholder.signLogin(this.#origin, challenge);
    const signed = jsonObject({
      keyholder: encodeB64(id),
      challenge: encodeB64(challenge),
      signature: encodeB64(signature),
    });
    return yield* this.outside("POST", "/v1/sessions", readSession, signed);
  }

  /** An operation that needs no session. */
  *outside<T>(method: Method, path: string, read: (fields: Fields) => T, body?: JsonObject): Step<T> {
    return parseAnswerJson(
      yield* this.send(method, path, body === undefined ? {} : { body: encodeMessageJson(body) }, null),
      read,
    );
  }

  /** An operation within a session: log in first, or again, when the server asks for it. */
  *inside(method: Method, path: string, form: Form): Step<Uint8Array> {
    if (this.#open !== null) {
      try {
        return yield* this.send(method, path, form, this.#open.token);
      } catch (error) {
        if (!isRefused(error, "session_missing")) throw error;
      }
    }
    const { token } = yield* this.logIn();
    return yield* this.send(method, path, form, token);
  }

  *send(method: Method, path: string, form: Form, token: Uint8Array | null): Step<Uint8Array> {
    const { body, media = JSON_MEDIA_TYPE, accept = JSON_MEDIA_TYPE, limit = MAX_ANSWER } = form;
    const request: HttpRequest = {
      method,
      path,
      body: body ?? null,
      media: body === undefined ? "" : media,
      accept,
      token,
      id: encodeB64(this.#random.bytes(REQUEST_ID, "request_id")),
      limit,
    };
    return judgeAnswer(yield* http(request), request, this.#origin);
  }
}

function isRefused(error: unknown, code: string): boolean {
  return error instanceof ServerRefused && error.code === code;
}
