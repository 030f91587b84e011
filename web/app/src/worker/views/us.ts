/**
 * The two of you: who is here, whether words were compared, who reads along until when, and pauses.
 *
 * A pause is first of all a setting of this device: nothing is said of it. Where its owner wants it told, a `pause` is called in the
 * journal too, which takes a day at most.
 */
import type { Home, ProposalView, Step } from "@duolog/sdk/client";
import { type Thing, utcDay, viewPause } from "@duolog/sdk/documents";
import { encodeB64 } from "@duolog/sdk/protocol";
import type { Proposal, Us } from "../../rpc.ts";
import type { Here } from "./here.ts";
import { partnerIn } from "./journal.ts";
import { keep, kept } from "./kept.ts";
import { makeThing, possible, takeStep, thingsOf } from "./steps.ts";

const KIND = "pause";

/** Until when I pause on this device, Unix seconds, or null. */
export function* pauseHere(home: Home): Step<number | null> {
  const until = yield* kept(home, "pause");
  return typeof until === "number" && until > home.clock.now() ? until : null;
}

export function* viewUs(home: Home, here: Here): Step<Us> {
  const partner = partnerIn(here);
  const { roster } = here.standing.log;
  const confidants = (roster?.members ?? []).filter(({ role }) => role === "confidant");
  const mine = yield* pauseHere(home);
  const told =
    thingsOf(here, KIND)
      .filter((one) => isRunning(here, one))
      .at(-1) ?? null;
  const invitation = [...here.own.invitations.values()].find(
    (one) => one.journal === here.id && one.expires > here.now && !here.own.ended.has(one.invitation),
  );
  return {
    me: here.person(here.me),
    partner,
    compared: partner !== null && here.own.verified.has(partner.id),
    confidants: confidants.map(({ account, until }) => ({ person: here.person(encodeB64(account)), until })),
    pause:
      mine !== null
        ? { by: here.person(here.me), until: mine, told: told?.owner === here.me }
        : told && { by: here.person(told.owner), until: told.times.get("until") ?? 0, told: true },
    invitation: invitation === undefined ? null : { until: invitation.expires },
  };
}

export function viewProposal(here: Here, proposal: ProposalView): Proposal {
  const { id, change, account, rights, until, signedBy, words } = proposal;
  const [by = new Uint8Array()] = signedBy;
  const [proposer, who] = [here.person(encodeB64(by)), here.person(encodeB64(account))];
  return { id: encodeB64(id), by: proposer, change, who, rights, until, words: words ?? [] };
}

/** Pauses until then, here; and says so in the journal, where I want that. Null: I am back. */
export function* pause(home: Home, here: Here | null, until: number | null, tell: boolean): Step<void> {
  if (until !== null && tell && here !== null) yield* makeThing(home, here, KIND, "call", { until });
  if (until === null && here !== null) {
    for (const one of thingsOf(here, KIND).filter(({ owner }) => owner === here.me)) {
      const mayReturn = possible(here, KIND, one).some(({ step }) => step === "return");
      if (mayReturn && isRunning(here, one)) yield* takeStep(home, here, KIND, one.entry, "return");
    }
  }
  yield* keep(home, "pause", until);
}

function isRunning({ me, now }: Here, pause: Thing): boolean {
  return viewPause(pause, { me, now, day: utcDay }).runs;
}
