/** Pairing as the page sees it: the invitation that waits, the words to compare, and how it ended. */
import { MalformedData, NotAllowed, OpenError, ServerRefused, VerificationError } from "@duolog/sdk";
import {
  confirmWords,
  createJournal,
  type Home,
  invite,
  join,
  list,
  pairingOf,
  removePartner,
  type Pairing as Stage,
  type Step,
  saidToDiffer,
  sayWordsDiffer,
  standingOf,
  waitingInvitation,
  withdrawInvitation,
} from "@duolog/sdk/client";
import { encodeB64, parseB64, sameBytes } from "@duolog/sdk/protocol";
import type { Calls, Pairing } from "../rpc.ts";
import type { Session } from "./session.ts";
import { here } from "./views/here.ts";
import { refuse, requireConfirmed } from "./views/refusals.ts";

export type PairingCalls = Pick<Calls, "pairing" | "invite" | "join" | "compared" | "takeBackInvitation">;

/** The stages, the one that a person sees first at the end. */
const RANKS: readonly Stage["stage"][] = [
  ...(["lapsed", "withdrawn", "over", "verified"] as const),
  ...(["waiting_for_partner", "waiting_for_answer", "waiting_for_founder", "compare"] as const),
];

export function pairingCalls(session: Session): PairingCalls {
  const { home } = session;
  return {
    pairing: () => session.run(view(home)),
    async invite() {
      await requireConfirmed(session);
      await session.ask(inviteTheOther(home));
      session.changed();
    },
    async join(link) {
      await requireConfirmed(session);
      try {
        await session.ask(join(home, link));
      } catch (error) {
        throw isNoInvitation(error) ? { code: "bad_invitation", retry: false } : error;
      }
      session.changed();
    },
    async compared(same) {
      const found = await session.run(latest(home));
      if (found?.stage !== "compare" || found.words === null) refuse("not_now");
      if (same) await session.ask(confirmWords(home, found.journal, found.words));
      else await session.run(sayWordsDiffer(home, found.journal));
      session.changed();
    },
    async takeBackInvitation() {
      const found = await session.run(latest(home));
      if (found !== null) await session.ask(withdrawInvitation(home, found.journal));
      session.changed();
    },
  };
}

/** Makes the journal, where there is none yet. Somebody whose words differed is let out before another one is invited. */
function* inviteTheOther(home: Home): Step<void> {
  const found = yield* here(home);
  const journal = found?.journal ?? (yield* createJournal(home));
  if ((yield* saidToDiffer(home, journal)).length > 0) yield* removePartner(home, journal);
  yield* invite(home, journal);
}

/** The pairing that a person has to do with now. */
function* latest(home: Home): Step<Stage | null> {
  let found: Stage | null = null;
  for (const name of (yield* list("pairing/")).keys()) {
    const stage = yield* stageOf(home, parseB64(name.slice("pairing/".length)));
    if (stage !== null && RANKS.indexOf(stage.stage) > RANKS.indexOf(found?.stage ?? "lapsed")) found = stage;
    found ??= stage;
  }
  return found;
}

function* stageOf(home: Home, journal: Uint8Array): Step<Stage | null> {
  try {
    return yield* pairingOf(home, journal);
  } catch (error) {
    if (!(error instanceof NotAllowed)) throw error; // an invitation that the server has not taken yet
    return null;
  }
}

function* view(home: Home): Step<Pairing> {
  const found = yield* latest(home);
  if (found === null) return { step: "none" };
  const { journal, stage, words } = found;
  const other = yield* nameOfOther(home, journal);
  if (stage === "verified") return { step: "done", other };
  if (stage === "withdrawn") return { step: "stopped", why: "taken back" };
  if (stage === "lapsed" || stage === "over") return { step: "stopped", why: "expired" };
  if ((yield* saidToDiffer(home, journal)).length > 0) return { step: "stopped", why: "words differ" };
  if (stage === "waiting_for_founder") return { step: "answered" };
  if (stage === "waiting_for_partner") return { step: "confirmed", other };
  if (stage === "compare") return { step: "compare", words: words ?? [], other };
  const invitation = yield* waitingInvitation(home, journal);
  return invitation === null ? { step: "none" } : { step: "waits", invitation };
}

/** As the other calls themselves, "" before they have said it here. */
function* nameOfOther(home: Home, journal: Uint8Array): Step<string> {
  const { roster } = (yield* standingOf(journal)).log;
  const shown = yield* here(home);
  const other = roster?.members.find(({ account }) => !sameBytes(account, home.identity.account));
  if (other === undefined || shown === null || !sameBytes(shown.journal, journal)) return "";
  return shown.person(encodeB64(other.account)).name;
}

function isNoInvitation(error: unknown): boolean {
  const isGone = error instanceof ServerRefused && (error.code === "not_found" || error.code === "invitation_used");
  const isBad = error instanceof MalformedData || error instanceof OpenError || error instanceof VerificationError;
  return isGone || isBad || error instanceof NotAllowed;
}
