/**
 * One server, as the core asks it: each operation once, in the protocol's terms, within a session where it needs one.
 *
 * Rules
 * - The log-in is signed for the origin that this home means to reach, so no other host can pass it on.
 * - A session's token lives in memory alone; without one, or when it has ended, the client logs in.
 * - A refused log-in is believed when a second attempt is refused as well: after a lost answer the challenge of the
 *   first one is used up.
 *
 * Each operation throws TransportError, and ServerRefused. Spec: §4.8, §11
 */

import { ServerRefused } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { encodeB64, encodeMessageJson, type JsonObject, jsonObject } from "../../protocol/codec.ts";
import type { Fields } from "../../protocol/fields.ts";
import { IdMap } from "../../protocol/idMap.ts";
import type { SignedStatement } from "../../protocol/statements.ts";
import type { Random } from "../../random.ts";
import type { KeyholderSecret } from "../../seal/keys.ts";
import { http, type Step } from "../core/effects.ts";
import type { HttpRequest } from "../ports.ts";
import { JSON_MEDIA_TYPE, judgeAnswer, NOTHING, parseAnswerJson, parsePulled } from "./answers.ts";
import {
  type ChainList,
  type JournalList,
  journalStatementJson,
  type OpenedSession,
  type OwnAccountPage,
  type OwnInvitation,
  type Pushed,
  type Registered,
  readChainList,
  readChallenge,
  readCreated,
  readJournalList,
  readOwnAccount,
  readOwnInvitations,
  readProposals,
  readPushed,
  readRegistered,
  readSealed,
  readServerInfo,
  readSession,
  type ServerInfo,
} from "./bodies.ts";
import { encodePush, PAGE_MEDIA_TYPE, type Placed, type PulledPage } from "./pages.ts";

const REQUEST_ID = 16; // bytes
const MAX_ANSWER = 64 * 1024; // bytes of an answer that isn't named below, and of every refusal
const MAX_OWN_ACCOUNT = 4 * 1024 * 1024;
const MAX_SEALED = (4 * SIZES.MAX_INVITATION) / 3 + 1024;
const MAX_OWN_INVITATIONS = 4 * 1024 * 1024;
const MAX_PROPOSALS = 2 * 1024 * 1024;
const MAX_JOURNALS = 128 * 1024;
const MAX_CHAINS = 1024 * 1024;
const MAX_PAGE = 8 * 1024 * 1024; // whole pushes may run over the soft limit of a page

type Method = HttpRequest["method"];

export class Connection {
  readonly origin: string;
  readonly #keyholder: KeyholderSecret;
  readonly #random: Random;
  #session: OpenedSession | null = null;

  constructor(origin: string, keyholder: KeyholderSecret, random: Random) {
    this.origin = origin;
    this.#keyholder = keyholder;
    this.#random = random;
  }

  /** The account that the server named for the open session; null where there is none. */
  get account(): Uint8Array | null {
    return this.#session?.account ?? null;
  }

  *serverInfo(): Step<ServerInfo> {
    return yield* this.#anybody("GET", "/.well-known/duolog", readServerInfo);
  }

  /** `registration`: as `registrationJson` made it, the same bytes each time that it is sent again. */
  *register(registration: JsonObject): Step<Registered> {
    return yield* this.#anybody("POST", "/v1/accounts", readRegistered, registration);
  }

  /** What the own account has behind a generation and a set's version, as this keyholder may see it. */
  *ownAccount(generation: number, version: number): Step<OwnAccountPage> {
    const path = `/v1/account?generation=${generation}&version=${version}`;
    return parseAnswerJson(yield* this.#inSession("GET", path, { limit: MAX_OWN_ACCOUNT }), readOwnAccount);
  }

  *journals(after: Uint8Array | null): Step<JournalList> {
    const query = after === null ? "" : `?after=${encodeB64(after)}`;
    const body = yield* this.#inSession("GET", `/v1/journals${query}`, { limit: MAX_JOURNALS });
    return parseAnswerJson(body, readJournalList);
  }

  /** The statements of one account behind a generation, of a journal that names it. */
  *chains(journal: Uint8Array, account: Uint8Array, after: number): Step<ChainList> {
    const path = `${ofJournal(journal)}/chains?account=${encodeB64(account)}&after=${after}`;
    return parseAnswerJson(yield* this.#inSession("GET", path, { limit: MAX_CHAINS }), readChainList);
  }

  /** The next page of a journal's log. */
  *pull(journal: Uint8Array, since: number): Step<PulledPage> {
    const path = `${ofJournal(journal)}/entries?since=${since}`;
    return parsePulled(yield* this.#inSession("GET", path, { accept: PAGE_MEDIA_TYPE, limit: MAX_PAGE }));
  }

  /** Appends items to a journal: all of them or none. The same push may be sent again. */
  *push(journal: Uint8Array, items: readonly Placed[]): Step<Pushed> {
    const form = { body: encodePush(items), media: PAGE_MEDIA_TYPE };
    return parseAnswerJson(yield* this.#inSession("POST", `${ofJournal(journal)}/entries`, form), readPushed);
  }

  /** Takes back the entry `named`, with the sealed entry that says so. The same again changes nothing. */
  *withdraw(journal: Uint8Array, named: Uint8Array, header: Uint8Array, blob: Uint8Array): Step<Pushed> {
    const asked = jsonObject({ entry: encodeB64(named), header: encodeB64(header), blob: encodeB64(blob) });
    const form = { body: encodeMessageJson(asked) };
    return parseAnswerJson(yield* this.#inSession("POST", `${ofJournal(journal)}/withdrawals`, form), readPushed);
  }

  /** Makes a journal of its genesis; its id. `genesis`: as `journalStatementJson` made it. The same again changes nothing. */
  *createJournal(genesis: JsonObject): Step<Uint8Array> {
    const body = encodeMessageJson(genesis);
    return parseAnswerJson(yield* this.#inSession("POST", "/v1/journals", { body }), readCreated);
  }

  /** Leaves a sealed invitation to a journal. `expires`: Unix seconds. The same again changes nothing. */
  *invite(journal: Uint8Array, id: Uint8Array, sealed: Uint8Array, expires: number): Step<void> {
    const asked = jsonObject({ invitation: encodeB64(id), sealed: encodeB64(sealed), expires_at: expires });
    const body = encodeMessageJson(asked);
    yield* this.#inSession("POST", `${ofJournal(journal)}/invitations`, { body, accept: NOTHING });
  }

  *ownInvitations(journal: Uint8Array): Step<readonly OwnInvitation[]> {
    const body = yield* this.#inSession("GET", `${ofJournal(journal)}/invitations`, { limit: MAX_OWN_INVITATIONS });
    return parseAnswerJson(body, readOwnInvitations);
  }

  *revokeInvitation(journal: Uint8Array, id: Uint8Array): Step<void> {
    yield* this.#inSession("DELETE", `${ofJournal(journal)}/invitations/${encodeB64(id)}`, { accept: NOTHING });
  }

  /** Leaves the sealed nonce for the account that answered. */
  *reveal(journal: Uint8Array, id: Uint8Array, sealed: Uint8Array): Step<void> {
    const body = encodeMessageJson(jsonObject({ sealed: encodeB64(sealed) }));
    const path = `${ofJournal(journal)}/invitations/${encodeB64(id)}/reveal`;
    yield* this.#inSession("PUT", path, { body, accept: NOTHING });
  }

  /** The sealed invitation under an id. */
  *openInvitation(id: Uint8Array): Step<Uint8Array | null> {
    return parseAnswerJson(yield* this.#inSession("GET", invitation(id), { limit: MAX_SEALED }), readSealed);
  }

  *answerInvitation(id: Uint8Array, sealed: Uint8Array): Step<void> {
    const body = encodeMessageJson(jsonObject({ sealed: encodeB64(sealed) }));
    yield* this.#inSession("PUT", `${invitation(id)}/answer`, { body, accept: NOTHING });
  }

  /** The sealed reveal of an invitation that I have answered; null until it is there. */
  *revealed(id: Uint8Array): Step<Uint8Array | null> {
    return parseAnswerJson(
      yield* this.#inSession("GET", `${invitation(id)}/reveal`, { limit: MAX_SEALED }),
      readSealed,
    );
  }

  *proposals(journal: Uint8Array): Step<readonly SignedStatement[]> {
    const body = yield* this.#inSession("GET", `${ofJournal(journal)}/proposals`, { limit: MAX_PROPOSALS });
    return parseAnswerJson(body, readProposals);
  }

  /** Leaves a statement for the other partner's signature. */
  *propose(journal: Uint8Array, signed: SignedStatement): Step<void> {
    const body = encodeMessageJson(journalStatementJson(signed, new IdMap()));
    yield* this.#inSession("POST", `${ofJournal(journal)}/proposals`, { body });
  }

  /** Opens a session, which further operations use. */
  *logIn(): Step<OpenedSession> {
    this.#session = null;
    let session: OpenedSession;
    try {
      session = yield* this.#signIn();
    } catch (error) {
      if (!isRefused(error, "login_refused")) throw error;
      session = yield* this.#signIn();
    }
    this.#session = session;
    return session;
  }

  /** Ends the open session at the server, if there is one. Its token opens nothing any more. */
  *logOut(): Step<void> {
    const session = this.#session;
    if (session === null) return;
    this.#session = null;
    yield* this.#send("DELETE", "/v1/sessions/current", { accept: NOTHING }, session.token);
  }

  *#signIn(): Step<OpenedSession> {
    const { id } = this.#keyholder;
    const asked = jsonObject({ keyholder: encodeB64(id) });
    const challenge = yield* this.#anybody("POST", "/v1/challenges", readChallenge, asked);
    const signature = this.#keyholder.signLogin(this.origin, challenge);
    const signed = jsonObject({
      keyholder: encodeB64(id),
      challenge: encodeB64(challenge),
      signature: encodeB64(signature),
    });
    return yield* this.#anybody("POST", "/v1/sessions", readSession, signed);
  }

  /** An operation that needs no session. */
  *#anybody<T>(method: Method, path: string, read: (fields: Fields) => T, body?: JsonObject): Step<T> {
    return parseAnswerJson(
      yield* this.#send(method, path, body === undefined ? {} : { body: encodeMessageJson(body) }, null),
      read,
    );
  }

  /** An operation within a session: log in first, or again, when the server asks for it. */
  *#inSession(method: Method, path: string, form: Form): Step<Uint8Array> {
    if (this.#session !== null) {
      try {
        return yield* this.#send(method, path, form, this.#session.token);
      } catch (error) {
        if (!isRefused(error, "session_missing")) throw error;
      }
    }
    const { token } = yield* this.logIn();
    return yield* this.#send(method, path, form, token);
  }

  *#send(method: Method, path: string, form: Form, token: Uint8Array | null): Step<Uint8Array> {
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
    return judgeAnswer(yield* http(request), request, this.origin);
  }
}

interface Form {
  readonly body?: Uint8Array;
  readonly media?: string;
  readonly accept?: string;
  readonly limit?: number;
}

function invitation(id: Uint8Array): string {
  return `/v1/invitations/${encodeB64(id)}`;
}

function ofJournal(journal: Uint8Array): string {
  if (journal.length !== SIZES.JOURNAL_ID) throw new RangeError("no journal");
  return `/v1/journals/${encodeB64(journal)}`;
}

function isRefused(error: unknown, code: string): boolean {
  return error instanceof ServerRefused && error.code === code;
}
