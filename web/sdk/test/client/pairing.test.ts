/** Two people pair at a real server: this client with itself and with Python's, as founder and as newcomer. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/client/adapters/system.ts";
import { list } from "../../src/client/core/effects.ts";
import { deliver } from "../../src/client/log/delivering.ts";
import { post } from "../../src/client/log/outbox.ts";
import { standingOf } from "../../src/client/log/standing.ts";
import { sync } from "../../src/client/log/syncing.ts";
import { confirmWords, pairingOf, saidToDiffer, sayWordsDiffer } from "../../src/client/pairing/comparing.ts";
import { createJournal } from "../../src/client/pairing/founding.ts";
import {
  type Invited,
  invite,
  removePartner,
  waitingInvitation,
  withdrawInvitation,
} from "../../src/client/pairing/inviting.ts";
import { invitationLink, join } from "../../src/client/pairing/joining.ts";
import { makeDocument } from "../../src/documents/writing.ts";
import { NotAllowed, PinMismatch, ServerRefused } from "../../src/errors.ts";
import { encodeB64, jsonObject } from "../../src/protocol/codec.ts";
import { untrueAnswers } from "./answers.ts";
import { CAN_SERVE, Evening } from "./evening.ts";
import { Person, refusing } from "./people.ts";
import { plantedJournals } from "./strangers.ts";

describe.skipIf(!CAN_SERVE)("with a real server (skipped without Python's environment)", () => {
  let evening: Evening;

  beforeAll(async () => {
    evening = await Evening.begin({ alone: true });
  }, 60_000);

  afterAll(() => evening?.end());

  const person = (): Promise<Person> => Person.register(evening.origin);
  const stage = async (who: Person, journal: Uint8Array): Promise<string> =>
    (await who.do((home) => pairingOf(home, journal))).stage;
  const words = async (who: Person, journal: Uint8Array): Promise<readonly string[]> =>
    (await who.do((home) => pairingOf(home, journal))).words ?? [];
  const note = (text: string) => makeDocument("note", jsonObject({ text }), systemClock.now());

  /** A founder with a new journal and its link. */
  async function inviting(founder: Person): Promise<Invited & { journal: Uint8Array }> {
    const journal = await founder.do(createJournal);
    return { ...(await founder.do((home) => invite(home, journal))), journal };
  }

  /** Both see their words, which are the same. */
  async function met(founder: Person, newcomer: Person): Promise<Uint8Array> {
    const { journal, link } = await inviting(founder);
    await newcomer.do((home) => join(home, link));
    expect(await founder.problems()).toEqual([]);
    expect(await newcomer.problems()).toEqual([]);
    return journal;
  }

  describe("the founder", () => {
    test("founds a journal, which is noted, and invites by a link that works for a day", async () => {
      const ada = await person();
      const { journal, link, until } = await inviting(ada);
      expect(link.startsWith(`${evening.origin}/join#`)).toBe(true);
      expect(Math.abs(until - systemClock.now() - 24 * 3600)).toBeLessThan(60);
      expect(await ada.do((home) => waitingInvitation(home, journal))).toEqual({ link, until });
      expect(await ada.noted()).toEqual(["joined", "pending_invitation"]);
      expect(await stage(ada, journal)).toBe("waiting_for_answer");
      expect(await ada.problems()).toEqual([]);
    });

    test("pairs with somebody who has the command, and both write", async () => {
      const ada = await person();
      const { journal, link } = await inviting(ada);
      expect((await evening.tell(`join ${link}`)).data("journal")).toEqual(journal);
      expect(await ada.problems()).toEqual([]);
      const theirs = (await evening.tell("words")).list("words").map(String);
      expect(await words(ada, journal)).toEqual(theirs);
      expect((await ada.do((home) => confirmWords(home, journal, theirs))).stage).toBe("waiting_for_partner");
      expect((await evening.tell("same")).text("stage")).toBe("VERIFIED");
      expect(await ada.problems()).toEqual([]);
      expect(await stage(ada, journal)).toBe("verified");
      await ada.do((home) => post(home, journal, note("From the founder.")));
      await ada.do((home) => deliver(home, journal));
      expect((await evening.tell("texts new")).list("texts")).toEqual(["From the founder."]);
    });

    test.each(["founder", "newcomer"])("pairs with this very client, and the %s signs first", async (first) => {
      const [ada, sam] = [await person(), await person()];
      const journal = await met(ada, sam);
      const eight = await words(ada, journal);
      expect([eight.length, await words(sam, journal)]).toEqual([8, eight]);
      const [one, two] = first === "founder" ? [ada, sam] : [sam, ada];
      expect((await one.do((home) => confirmWords(home, journal, eight))).stage).toBe("waiting_for_partner");
      expect((await two.do((home) => confirmWords(home, journal, eight))).stage).toBe("verified");
      expect(await one.problems()).toEqual([]);
      expect(await stage(one, journal)).toBe("verified");
      expect(await ada.noted()).toEqual([
        ...["joined", "pending_invitation", "taken_acceptance", "ended_invitation", "pin", "verified", "noted_head"],
      ]);
      const again = await met(ada, sam);
      expect(await ada.problems()).toEqual([]);
      expect([await stage(ada, again), await stage(sam, again)]).toEqual(["verified", "verified"]); // no words asked
    });

    test("signs nothing when the words differ, says so, and lets the other go", async () => {
      const [ada, sam] = [await person(), await person()];
      const journal = await met(ada, sam);
      const eight = await words(ada, journal);
      const others = [...eight].reverse();
      await expect(ada.do((home) => confirmWords(home, journal, others))).rejects.toThrow(PinMismatch);
      await expect(ada.do((home) => confirmWords(home, journal, eight.slice(1)))).rejects.toThrow(PinMismatch);
      expect(await ada.do((home) => home.connection.proposals(journal))).toEqual([]);
      expect(await ada.do((home) => sayWordsDiffer(home, journal))).toHaveLength(16);
      await ada.do((home) => deliver(home, journal));
      expect(await ada.do((home) => sayWordsDiffer(home, journal))).toBeNull();
      expect(await sam.problems()).toEqual([]);
      expect(await sam.do((home) => saidToDiffer(home, journal))).toEqual([encodeB64(ada.account)]);
      await expect(sam.do((home) => removePartner(home, journal))).rejects.toThrow(NotAllowed);
      await expect(ada.do((home) => withdrawInvitation(home, journal))).rejects.toThrow(NotAllowed);
      await ada.do((home) => removePartner(home, journal));
      await ada.do((home) => removePartner(home, journal));
      expect(await stage(ada, journal)).toBe("withdrawn");
      expect(await ada.problems()).toEqual([]);
      expect((await ada.do(() => standingOf(journal))).log.roster?.members).toHaveLength(1);
      expect((await ada.do((home) => invite(home, journal))).link).toMatch(/#/);
    });

    test("takes an invitation back, and its link opens nothing", async () => {
      const [ada, sam] = [await person(), await person()];
      const { journal, link } = await inviting(ada);
      await ada.do((home) => withdrawInvitation(home, journal));
      expect([await stage(ada, journal), (await ada.noted()).at(-1)]).toEqual(["withdrawn", "ended_invitation"]);
      expect(await ada.do((home) => waitingInvitation(home, journal))).toBeNull();
      await expect(sam.do((home) => join(home, link))).rejects.toThrow(ServerRefused);
      const second = await ada.do((home) => invite(home, journal));
      const third = await ada.do((home) => invite(home, journal));
      await expect(sam.do((home) => join(home, second.link))).rejects.toThrow(ServerRefused);
      await sam.do((home) => join(home, third.link));
      expect(await stage(sam, journal)).toBe("waiting_for_founder");
      await ada.do((home) => withdrawInvitation(home, journal));
      expect(await sam.problems()).toEqual([]);
      expect([await stage(ada, journal), await stage(sam, journal)]).toEqual(["withdrawn", "over"]);
      await expect(sam.do((home) => confirmWords(home, journal, []))).rejects.toThrow(NotAllowed);
    });

    test("is told that an invitation lapsed; once a day a sync notes how far each journal is", async () => {
      const ada = await person();
      const { journal } = await inviting(ada);
      ada.ahead = 25 * 3600;
      await ada.restart();
      expect(await ada.problems()).toEqual([]);
      expect(await stage(ada, journal)).toBe("lapsed");
      expect(await ada.noted()).toEqual(["joined", "pending_invitation", "noted_head", "ended_invitation"]);
    });

    test("can't invite to what is not theirs to share", async () => {
      const [ada, sam] = [await person(), await person()];
      const { journal, link } = await inviting(ada);
      await expect(ada.do((home) => join(home, link))).rejects.toThrow(NotAllowed);
      await expect(ada.do((home) => invite(home, home.identity.accountJournal))).rejects.toThrow(NotAllowed);
      await sam.do((home) => join(home, link));
      await expect(sam.do((home) => invite(home, journal))).rejects.toThrow(NotAllowed);
      await ada.do(sync);
      await expect(ada.do((home) => invite(home, journal))).rejects.toThrow("already has two partners");
      await ada.store.commit([{ name: "unconfirmed", value: new Uint8Array() }]);
      await expect(ada.do(createJournal)).rejects.toThrow(NotAllowed);
    });
  });

  describe("the newcomer", () => {
    test.each(["newcomer", "founder"])("pairs with somebody who has the command; the %s signs first", async (first) => {
      const sam = await person();
      const invited = await evening.tell("invite");
      const journal = invited.data("journal");
      const pasted = `Here it is: <${invited.text("link")}>. Sleep well!`;
      expect(invitationLink(pasted).server).toBe(evening.origin);
      const joined = await sam.do((home) => join(home, pasted));
      expect(joined).toEqual({ journal, stage: "waiting_for_founder", words: null });
      const hers = (await evening.tell("words")).list("words").map(String);
      expect(await sam.problems()).toEqual([]);
      expect(await sam.do((home) => pairingOf(home, journal))).toEqual({ journal, stage: "compare", words: hers });
      const others = [...hers].reverse();
      await expect(sam.do((home) => confirmWords(home, journal, others))).rejects.toThrow(PinMismatch);
      if (first === "founder") await evening.tell("same");
      const { stage: now } = await sam.do((home) => confirmWords(home, journal, hers));
      expect(now).toBe(first === "founder" ? "verified" : "waiting_for_partner");
      if (first === "newcomer") await evening.tell("same");
      expect(await sam.problems()).toEqual([]);
      expect(await stage(sam, journal)).toBe("verified");
      expect(await sam.noted()).toEqual(["sent_acceptance", "joined", "pin", "verified", "noted_head"]);
      await sam.do((home) => post(home, journal, note(first)));
      await sam.do((home) => deliver(home, journal));
      expect((await evening.tell("texts new")).list("texts")).toEqual([first]);
    });

    test("finds that a link which was used opens nothing", async () => {
      const [one, two] = [await person(), await person()];
      const link = (await evening.tell("invite")).text("link");
      await one.do((home) => join(home, link));
      await expect(two.do((home) => join(home, link))).rejects.toThrow(ServerRefused);
    });

    test.each(["the same link", "a sync"])("is killed before the answer is sent, and goes on by %s", async (again) => {
      const [ada, sam] = [await person(), await person()];
      const { journal, link } = await inviting(ada);
      expect(await sam.killed(2, (home) => join(home, link))).toBe(false);
      expect((await sam.do(() => list("pairing/"))).size).toBe(1);
      if (again === "the same link") await sam.do((home) => join(home, link));
      for (const each of [sam, ada, sam]) expect(await each.problems()).toEqual([]);
      expect(await words(sam, journal)).toHaveLength(8);
    });
  });

  describe("another own device", () => {
    test("goes on with an invitation, lets the newcomer in, and shows the same words", async () => {
      const [ada, sam] = [await person(), await person()];
      const tablet = await ada.device();
      const { journal, link, until } = await inviting(ada);
      expect(await tablet.problems()).toEqual([]);
      expect(await tablet.do((home) => waitingInvitation(home, journal))).toEqual({ link, until });
      await sam.do((home) => join(home, link));
      for (const each of [tablet, ada, sam]) expect(await each.problems()).toEqual([]);
      const eight = await words(tablet, journal);
      expect([await words(ada, journal), await words(sam, journal)]).toEqual([eight, eight]);
      await tablet.do((home) => confirmWords(home, journal, eight));
      await sam.do((home) => confirmWords(home, journal, eight));
      for (const each of [tablet, ada]) {
        expect(await each.problems()).toEqual([]);
        expect(await stage(each, journal)).toBe("verified");
      }
    });

    test("goes on with an acceptance, before and after the founder has answered it", async () => {
      const [ada, sam] = [await person(), await person()];
      const { journal, link } = await inviting(ada);
      await sam.do((home) => join(home, link));
      const early = await sam.device();
      expect(await early.problems()).toEqual([]);
      expect(await stage(early, journal)).toBe("waiting_for_founder");
      expect(await ada.problems()).toEqual([]);
      const late = await sam.device();
      for (const each of [early, late, sam]) {
        expect(await each.problems()).toEqual([]);
        expect(await words(each, journal)).toEqual(await words(ada, journal));
      }
    });

    test("sends the answer that the first one only noted, wherever that one was killed", async () => {
      for (let changes = 1, isDone = false; !isDone; changes++) {
        const [ada, sam] = [await person(), await person()];
        const tablet = await sam.device();
        const { journal, link } = await inviting(ada);
        isDone = await sam.killed(changes, (home) => join(home, link));
        expect(await tablet.problems(), `after ${changes}`).toEqual([]);
        if (!(await tablet.noted()).includes("sent_acceptance")) continue;
        for (const each of [ada, tablet, sam]) expect(await each.problems(), `after ${changes}`).toEqual([]);
        const eight = await words(ada, journal);
        expect(eight, `after ${changes}`).toHaveLength(8);
        expect([await words(tablet, journal), await words(sam, journal)]).toEqual([eight, eight]);
      }
    }, 60_000);

    test("learns that somebody else answered first, and that the invitation is over", async () => {
      const [ada, sam, other] = [await person(), await person(), await person()];
      const tablet = await sam.device();
      const { journal, link } = await inviting(ada);
      sam.transport.instead = (request) =>
        request.path.endsWith("/answer") ? refusing(request, "unavailable", 503) : null;
      await expect(sam.do((home) => join(home, link))).rejects.toThrow(ServerRefused);
      sam.transport.instead = () => null;
      expect(await stage(sam, journal)).toBe("waiting_for_founder");
      await other.do((home) => join(home, link));
      for (const each of [sam, tablet, sam]) expect(await each.problems()).toEqual([]);
      expect(await stage(sam, journal)).toBe("over");
      expect(await ada.problems()).toEqual([]);
      expect(await words(ada, journal)).toHaveLength(8);
    });

    test("signs what another program of theirs has signed already, and finds it done", async () => {
      const [ada, sam] = [await person(), await person()];
      const journal = await met(ada, sam);
      const eight = await words(ada, journal);
      const behind = await sam.fork();
      await ada.do((home) => confirmWords(home, journal, eight));
      await sam.do((home) => confirmWords(home, journal, eight));
      expect((await behind.do((home) => confirmWords(home, journal, eight))).stage).toBe("verified");
    });

    test("learns that an invitation was taken back, and takes up the next one", async () => {
      const ada = await person();
      const tablet = await ada.device();
      const { journal } = await inviting(ada);
      await tablet.problems();
      await ada.do((home) => withdrawInvitation(home, journal));
      expect(await tablet.problems()).toEqual([]);
      expect(await stage(tablet, journal)).toBe("withdrawn");
      const { link } = await ada.do((home) => invite(home, journal));
      expect(await tablet.problems()).toEqual([]);
      expect((await tablet.do((home) => waitingInvitation(home, journal)))?.link).toBe(link);
    });
  });

  describe("an untrue answer", () => untrueAnswers(() => evening));
  describe("a planted journal", () => plantedJournals(() => evening.origin));
});
