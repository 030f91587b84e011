/**
 * One server, as the core asks it: each operation once, in the protocol's terms, within a session where it needs one.
 *
 * Each operation throws TransportError, and ServerRefused. Spec: §11
 */

import { SIZES } from "../../generated/constants.ts";
import { encodeB64, encodeMessageJson, type JsonObject, jsonObject } from "../../protocol/codec.ts";
import { IdMap } from "../../protocol/idMap.ts";
import type { Receipt } from "../../protocol/receipts.ts";
import type { SignedStatement } from "../../protocol/statements.ts";
import type { Random } from "../../random.ts";
import type { Side } from "../../seal/deviceCodes.ts";
import type { KeyholderSecret } from "../../seal/keys.ts";
import type { Step } from "../core/effects.ts";
import { NOTHING, parseAnswerJson, parsePulled } from "./answers.ts";
import {
  type ChainList,
  type JournalList,
  journalStatementJson,
  type OpenedSession,
  type OwnAccountPage,
  type OwnInvitation,
  type OwnSession,
  type Proposal,
  type Pushed,
  type Registered,
  readChainList,
  readCreated,
  readJournalList,
  readOwnAccount,
  readOwnInvitations,
  readProposals,
  readPushed,
  readRegistered,
  readRotated,
  readSealed,
  readServerInfo,
  readSessions,
  type ServerInfo,
} from "./bodies.ts";
import { encodePush, PAGE_MEDIA_TYPE, type Placed, type PulledPage } from "./pages.ts";
import { Session } from "./session.ts";

const MAX_OWN_ACCOUNT = 4 * 1024 * 1024;
const MAX_SEALED = (4 * SIZES.MAX_INVITATION) / 3 + 1024;
const MAX_OWN_INVITATIONS = 4 * 1024 * 1024;
const MAX_PROPOSALS = 2 * 1024 * 1024;
const MAX_SESSIONS = 512 * 1024;
const MAX_JOURNALS = 128 * 1024;
const MAX_CHAINS = 1024 * 1024;
const MAX_PAGE = 8 * 1024 * 1024; // whole pushes may run over the soft limit of a page

export class Connection {
  readonly origin: string;
  readonly #session: Session;

  constructor(origin: string, keyholder: KeyholderSecret, random: Random) {
    this.origin = origin;
    this.#session = new Session(origin, keyholder, random);
  }

  /** The account that the server named for the open session; null where there is none. */
  get account(): Uint8Array | null {
    return this.#session.account;
  }

  /** Opens a session, which further operations use. */
  *logIn(): Step<OpenedSession> {
    return yield* this.#session.logIn();
  }

  *serverInfo(): Step<ServerInfo> {
    return yield* this.#session.outside("GET", "/.well-known/duolog", readServerInfo);
  }

  /** `registration`: as `registrationJson` made it, the same bytes each time that it is sent again. */
  *register(registration: JsonObject): Step<Registered> {
    return yield* this.#session.outside("POST", "/v1/accounts", readRegistered, registration);
  }

  /** What the own account has behind a generation and a set's version, as this keyholder may see it. */
  *ownAccount(generation: number, version: number): Step<OwnAccountPage> {
    const path = `/v1/account?generation=${generation}&version=${version}`;
    return parseAnswerJson(yield* this.#session.inside("GET", path, { limit: MAX_OWN_ACCOUNT }), readOwnAccount);
  }

  /** Adds keyholders to the account. `request`: as `makeSetRequest` made it. */
  *changeSet(request: JsonObject): Step<void> {
    yield* this.#session.inside("POST", "/v1/account/sets", { body: encodeMessageJson(request), accept: NOTHING });
  }

  /** Replaces the account's keys; the receipt of the account journal's push, null where it was taken before. */
  *rotate(request: JsonObject): Step<Receipt | null> {
    const body = encodeMessageJson(request);
    return parseAnswerJson(yield* this.#session.inside("POST", "/v1/account/rotations", { body }), readRotated);
  }

  *sessions(): Step<readonly OwnSession[]> {
    return parseAnswerJson(yield* this.#session.inside("GET", "/v1/sessions", { limit: MAX_SESSIONS }), readSessions);
  }

  /** Ends one session of the account (its id, 16 bytes). */
  *endSession(session: Uint8Array): Step<void> {
    yield* this.#session.inside("DELETE", `/v1/sessions/${encodeB64(session)}`, { accept: NOTHING });
  }

  /** Ends every session of the account but this one. */
  *endOtherSessions(): Step<void> {
    yield* this.#session.inside("DELETE", "/v1/sessions", { accept: NOTHING });
  }

  /** The token of the open session, after logging in where there is none: for a stream of events. */
  *token(): Step<Uint8Array> {
    return yield* this.#session.token();
  }

  /** Ends this home's own session, where one is open. */
  *logOut(): Step<void> {
    yield* this.#session.logOut();
  }

  /** Leaves a message for the other device at a rendezvous; the old device's needs a session. Spec: §4.11 */
  *leaveMessage(rendezvous: Uint8Array, side: Side, number: number, sealed: Uint8Array): Step<void> {
    const body = jsonObject({ sealed: encodeB64(sealed) });
    const path = `${atRendezvous(rendezvous)}/${side}/${number}`;
    if (side === "old") yield* this.#session.inside("PUT", path, { body: encodeMessageJson(body), accept: NOTHING });
    else yield* this.#session.send("PUT", path, { body: encodeMessageJson(body), accept: NOTHING }, null);
  }

  /** The sealed message of one side; null where there is none yet. */
  *fetchMessage(rendezvous: Uint8Array, side: Side, number: number): Step<Uint8Array | null> {
    const path = `${atRendezvous(rendezvous)}/${side}/${number}`;
    return parseAnswerJson(yield* this.#session.send("GET", path, { limit: MAX_SEALED }, null), readSealed);
  }

  *journals(after: Uint8Array | null): Step<JournalList> {
    const query = after === null ? "" : `?after=${encodeB64(after)}`;
    const body = yield* this.#session.inside("GET", `/v1/journals${query}`, { limit: MAX_JOURNALS });
    return parseAnswerJson(body, readJournalList);
  }

  /** The statements of one account behind a generation, of a journal that names it. */
  *chains(journal: Uint8Array, account: Uint8Array, after: number): Step<ChainList> {
    const path = `${ofJournal(journal)}/chains?account=${encodeB64(account)}&after=${after}`;
    return parseAnswerJson(yield* this.#session.inside("GET", path, { limit: MAX_CHAINS }), readChainList);
  }

  /** The next page of a journal's log. */
  *pull(journal: Uint8Array, since: number): Step<PulledPage> {
    const path = `${ofJournal(journal)}/entries?since=${since}`;
    return parsePulled(yield* this.#session.inside("GET", path, { accept: PAGE_MEDIA_TYPE, limit: MAX_PAGE }));
  }

  /** Appends items to a journal: all of them or none. The same push may be sent again. */
  *push(journal: Uint8Array, items: readonly Placed[]): Step<Pushed> {
    const form = { body: encodePush(items), media: PAGE_MEDIA_TYPE };
    return parseAnswerJson(yield* this.#session.inside("POST", `${ofJournal(journal)}/entries`, form), readPushed);
  }

  /** Makes a journal of its genesis; its id. `genesis`: as `journalStatementJson` made it. The same again changes nothing. */
  *createJournal(genesis: JsonObject): Step<Uint8Array> {
    const body = encodeMessageJson(genesis);
    return parseAnswerJson(yield* this.#session.inside("POST", "/v1/journals", { body }), readCreated);
  }

  /** Leaves a sealed invitation to a journal. `expires`: Unix seconds. The same again changes nothing. */
  *invite(journal: Uint8Array, id: Uint8Array, sealed: Uint8Array, expires: number): Step<void> {
    const asked = jsonObject({ invitation: encodeB64(id), sealed: encodeB64(sealed), expires_at: expires });
    const body = encodeMessageJson(asked);
    yield* this.#session.inside("POST", `${ofJournal(journal)}/invitations`, { body, accept: NOTHING });
  }

  *ownInvitations(journal: Uint8Array): Step<readonly OwnInvitation[]> {
    const body = yield* this.#session.inside("GET", `${ofJournal(journal)}/invitations`, {
      limit: MAX_OWN_INVITATIONS,
    });
    return parseAnswerJson(body, readOwnInvitations);
  }

  *revokeInvitation(journal: Uint8Array, id: Uint8Array): Step<void> {
    yield* this.#session.inside("DELETE", `${ofJournal(journal)}/invitations/${encodeB64(id)}`, { accept: NOTHING });
  }

  /** Leaves the sealed nonce for the account that answered. */
  *reveal(journal: Uint8Array, id: Uint8Array, sealed: Uint8Array): Step<void> {
    const body = encodeMessageJson(jsonObject({ sealed: encodeB64(sealed) }));
    const path = `${ofJournal(journal)}/invitations/${encodeB64(id)}/reveal`;
    yield* this.#session.inside("PUT", path, { body, accept: NOTHING });
  }

  /** Withdraws an own entry, with the sealed entry that says so. The same withdrawal may be sent again. */
  *withdraw(journal: Uint8Array, entry: Uint8Array, header: Uint8Array, blob: Uint8Array): Step<Pushed> {
    const request = jsonObject({ entry: encodeB64(entry), header: encodeB64(header), blob: encodeB64(blob) });
    const form = { body: encodeMessageJson(request) };
    return parseAnswerJson(yield* this.#session.inside("POST", `${ofJournal(journal)}/withdrawals`, form), readPushed);
  }

  /** Sets my private mark on an entry. Setting it again changes nothing. */
  *hold(journal: Uint8Array, act: "keep" | "erase", entry: Uint8Array): Step<void> {
    const body = encodeMessageJson(jsonObject({ act, entries: [encodeB64(entry)] }));
    yield* this.#session.inside("POST", `${ofJournal(journal)}/holdings`, { body, accept: NOTHING });
  }

  /** The sealed invitation under an id. */
  *openInvitation(id: Uint8Array): Step<Uint8Array | null> {
    return parseAnswerJson(yield* this.#session.inside("GET", invitation(id), { limit: MAX_SEALED }), readSealed);
  }

  *answerInvitation(id: Uint8Array, sealed: Uint8Array): Step<void> {
    const body = encodeMessageJson(jsonObject({ sealed: encodeB64(sealed) }));
    yield* this.#session.inside("PUT", `${invitation(id)}/answer`, { body, accept: NOTHING });
  }

  /** The sealed reveal of an invitation that I have answered; null until it is there. */
  *revealed(id: Uint8Array): Step<Uint8Array | null> {
    return parseAnswerJson(
      yield* this.#session.inside("GET", `${invitation(id)}/reveal`, { limit: MAX_SEALED }),
      readSealed,
    );
  }

  *proposals(journal: Uint8Array): Step<readonly Proposal[]> {
    const body = yield* this.#session.inside("GET", `${ofJournal(journal)}/proposals`, { limit: MAX_PROPOSALS });
    return parseAnswerJson(body, readProposals);
  }

  /** Declines a proposal, or takes an own one back. `proposal`: the hash of its statement. */
  *dropProposal(journal: Uint8Array, proposal: Uint8Array): Step<void> {
    yield* this.#session.inside("DELETE", `${ofJournal(journal)}/proposals/${encodeB64(proposal)}`, {
      accept: NOTHING,
    });
  }

  /** Leaves a statement for the other partner's signature. */
  *propose(journal: Uint8Array, signed: SignedStatement): Step<void> {
    const body = encodeMessageJson(journalStatementJson(signed, new IdMap()));
    yield* this.#session.inside("POST", `${ofJournal(journal)}/proposals`, { body });
  }
}

function invitation(id: Uint8Array): string {
  return `/v1/invitations/${encodeB64(id)}`;
}

function atRendezvous(id: Uint8Array): string {
  return `/v1/rendezvous/${encodeB64(id)}`;
}

function ofJournal(journal: Uint8Array): string {
  if (journal.length !== SIZES.JOURNAL_ID) throw new RangeError("no journal");
  return `/v1/journals/${encodeB64(journal)}`;
}
