/** Pairing as the page sees it: the invitation that waits, the words to compare, and how it ended. */
import { MalformedData, NotAllowed, OpenError, ServerRefused, VerificationError } from "@duolog/sdk";
import { confirmWords, type Home, join, list, pairingOf, type Pairing as Stage, type Step } from "@duolog/sdk/client";
import { parseB64 } from "@duolog/sdk/protocol";
import type { Calls, Pairing } from "../rpc.ts";
import type { Session } from "./session.ts";
import { keep, kept } from "./views/kept.ts";
import { refuse } from "./views/refusals.ts";

export type PairingCalls = Pick<Calls, "pairing" | "invite" | "join" | "compared" | "takeBackInvitation">;

export function pairingCalls(session: Session): PairingCalls {
  const { home } = session;
  return {
    pairing: () => session.run(view(home)),
    invite: async () => refuse("use_command"),
    async join(link) {
      try {
        await session.ask(join(home, link));
      } catch (error) {
        throw isNoInvitation(error) ? { code: "bad_invitation", retry: false } : error;
      }
      session.changed();
    },
    async compared(same) {
      const stage = await session.run(latest(home));
      if (stage?.stage !== "compare" || stage.words === null) refuse("not_now");
      if (same) await session.ask(confirmWords(home, stage.journal, stage.words));
      else await session.run(keep(home, "differed", true));
      session.changed();
    },
    takeBackInvitation: async () => refuse("use_command"),
  };
}

/** The pairing that began last, whatever became of it. */
function* latest(home: Home): Step<Stage | null> {
  let found: Stage | null = null;
  for (const name of (yield* list("pairing/")).keys()) {
    found = yield* pairingOf(home, parseB64(name.slice("pairing/".length)));
  }
  return found;
}

function* view(home: Home): Step<Pairing> {
  const stage = yield* latest(home);
  if (stage === null) return { step: "none" };
  if (stage.stage === "verified") return { step: "done", other: "" };
  if ((yield* kept(home, "differed")) !== null) return { step: "stopped", why: "words differ" };
  if (stage.words === null) return { step: "answered" };
  if (stage.stage === "waiting_for_partner") return { step: "confirmed", other: "" };
  return { step: "compare", words: stage.words, other: "" };
}

function isNoInvitation(error: unknown): boolean {
  const isGone = error instanceof ServerRefused && (error.code === "not_found" || error.code === "invitation_used");
  const isBad = error instanceof MalformedData || error instanceof OpenError || error instanceof VerificationError;
  return isGone || isBad || error instanceof NotAllowed;
}
