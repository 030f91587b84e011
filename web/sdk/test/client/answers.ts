/** What the founder makes of answers that aren't true: nothing is taken, nothing is pinned, and nobody is let in. */

import { beforeAll, expect, test } from "vitest";
import { systemRandom } from "../../src/client/adapters/system.ts";
import { read } from "../../src/client/core/effects.ts";
import { parseStatements } from "../../src/client/core/home.ts";
import { standingOf } from "../../src/client/log/standing.ts";
import { confirmWords, pairingOf } from "../../src/client/pairing/comparing.ts";
import { createJournal } from "../../src/client/pairing/founding.ts";
import { invite } from "../../src/client/pairing/inviting.ts";
import { join } from "../../src/client/pairing/joining.ts";
import { progressOf } from "../../src/client/pairing/progress.ts";
import type { HttpAnswer, HttpRequest } from "../../src/client/ports.ts";
import { NotAllowed, TransportError } from "../../src/errors.ts";
import { utf8 } from "../../src/protocol/bytes.ts";
import { encodeB64, sha256 } from "../../src/protocol/codec.ts";
import { type Acceptance, encodeAcceptance, parseAcceptance } from "../../src/protocol/rosterStatements.ts";
import { encodeAnswer, InvitationSecret, type PairingAnswer, parseAnswer } from "../../src/seal/invitations.ts";
import { parseLink } from "../../src/seal/links.ts";
import type { Evening } from "./evening.ts";
import { bodyOf, Person } from "./people.ts";

/** One invitation of Ada's, whose secret an attacker knows, and whose answer the server makes up. */
class Link {
  readonly ada: Person;
  readonly journal: Uint8Array;
  readonly url: string;
  readonly secret: InvitationSecret;
  #sealed: Uint8Array | null = null;

  private constructor(ada: Person, journal: Uint8Array, url: string) {
    this.ada = ada;
    this.journal = journal;
    this.url = url;
    this.secret = new InvitationSecret(parseLink(url).secret);
    ada.transport.lie = (request, answer) => this.#lie(request, answer);
  }

  static async by(ada: Person): Promise<Link> {
    const journal = await ada.do(createJournal);
    return new Link(ada, journal, (await ada.do((home) => invite(home, journal))).link);
  }

  get plaintext(): Promise<Uint8Array> {
    return this.ada.do((home) => progressOf(home, this.journal)).then((one) => one?.plaintext ?? new Uint8Array());
  }

  /** The server gives these bytes as the answer from now on. */
  give(sealed: Uint8Array): void {
    this.#sealed = sealed;
  }

  giveSealed(answer: PairingAnswer): void {
    this.give(this.secret.seal("acceptance", encodeAnswer(answer), systemRandom));
  }

  #lie(request: HttpRequest, answer: HttpAnswer): HttpAnswer {
    if (this.#sealed === null || request.method !== "GET" || !request.path.endsWith("/invitations")) return answer;
    const invitations = (bodyOf(answer).invitations as Record<string, unknown>[]).map((one) => {
      return { ...one, answer: encodeB64(this.#sealed ?? new Uint8Array()) };
    });
    return { ...answer, body: utf8(JSON.stringify({ invitations })) };
  }
}

/** The tests, at the server of an evening that has begun by then. */
export function untrueAnswers(evening: () => Evening): void {
  let ada: Person;
  let sam: Person;
  let eve: Person;

  beforeAll(async () => {
    [ada, sam, eve] = [
      await Person.register(evening().origin),
      await Person.register(evening().origin),
      await Person.register(evening().origin),
    ];
  }, 60_000);

  /** What somebody would answer to this invitation, or something like it. */
  async function answerOf(link: Link, who: Person, change: Partial<Acceptance> = {}): Promise<PairingAnswer> {
    const { account, generation } = who.home.identity;
    const head = who.home.chains.get(account)?.newest.statementHash ?? new Uint8Array();
    const statement = encodeAcceptance({
      journal: link.journal,
      invitation: sha256(await link.plaintext),
      member: { account, generation, chainHead: head, role: "partner", rights: "write", until: null },
      nonce: new Uint8Array(32),
      ...change,
    });
    const signature = who.home.identity.secret(generation)?.sign(statement) ?? new Uint8Array();
    const row = `chain/${encodeB64(account)}`;
    const rows = await who.do(() => read([row]));
    return { acceptance: { statement, signature }, chain: parseStatements(rows.get(row) ?? new Uint8Array()) };
  }

  const confidant = { role: "confidant", rights: "write", until: 4_000_000_000 } as const;

  const UNTRUE: readonly (readonly [string, string, (link: Link) => Promise<PairingAnswer>])[] = [
    ["is for another invitation", "seal.answer_invitation", (link) => answerOf(link, sam, { invitation: sha256() })],
    ["is for another journal", "seal.answer_journal", (link) => answerOf(link, sam, { journal: sha256() })],
    [
      "asks for another place",
      "seal.answer_terms",
      async (link) => {
        const { member } = parseAcceptance((await answerOf(link, sam)).acceptance.statement);
        return await answerOf(link, sam, { member: { ...member, ...confidant } });
      },
    ],
    [
      "shows another's keys than it names",
      "seal.answer_account",
      async (link) => ({ ...(await answerOf(link, sam)), chain: (await answerOf(link, eve)).chain }),
    ],
    [
      "is signed by somebody else",
      "signature",
      async (link) => {
        const { acceptance, chain } = await answerOf(link, sam);
        const { signature } = (await answerOf(link, eve)).acceptance;
        return { acceptance: { ...acceptance, signature }, chain };
      },
    ],
    ["is from the founder's own account", "client.own_answer", (link) => answerOf(link, ada)],
  ];

  test.each(UNTRUE)("an answer that %s is refused", async (_, check, make) => {
    const link = await Link.by(ada);
    const pins = ada.home.chains.size;
    link.giveSealed(await make(link));
    expect(await ada.problems()).toEqual([check]);
    expect([(await ada.do((home) => pairingOf(home, link.journal))).stage, ada.home.chains.size]).toEqual([
      "waiting_for_answer",
      pins,
    ]);
    await sam.do((home) => join(home, link.url));
    ada.transport.lie = (_request, answer) => answer;
    expect(await ada.problems()).toEqual([]);
    expect((await ada.do((home) => pairingOf(home, link.journal))).words).toHaveLength(8);
  });

  test("an answer to an earlier invitation doesn't open, and not even sealed anew it counts", async () => {
    const [old, link] = [await Link.by(ada), await Link.by(ada)];
    const sealed = old.secret.seal("acceptance", encodeAnswer(await answerOf(old, sam)), systemRandom);
    link.give(sealed);
    expect(await ada.problems()).toContain("OpenError");
    link.giveSealed(parseAnswer(old.secret.open("acceptance", sealed)));
    expect(await ada.problems()).toContain("seal.answer_invitation");
  });

  test("a second answer, given to another own device, is refused there", async () => {
    const link = await Link.by(ada);
    const tablet = await ada.fork();
    await sam.do((home) => join(home, link.url));
    const { lie } = ada.transport;
    ada.transport.lie = (request, answer) => {
      if (request.path.endsWith("/reveal")) throw new TransportError("The line went dead behind the noted answer.");
      return lie(request, answer);
    };
    expect(await ada.problems()).toEqual(["TransportError"]);
    link.giveSealed(await answerOf(link, eve));
    tablet.transport.lie = lie;
    expect(await tablet.problems()).toContain("client.one_acceptance");
    expect((await tablet.do((home) => pairingOf(home, link.journal))).stage).toBe("waiting_for_answer");
  });

  test("an invitation that is shown again after its answer lets nobody else in", async () => {
    const link = await Link.by(ada);
    let shown: HttpAnswer | null = null;
    const isAsked = ({ method, path }: HttpRequest): boolean => method === "GET" && path.startsWith("/v1/invitations/");
    eve.transport.lie = (request, answer) => {
      if (!isAsked(request)) return answer;
      shown ??= answer;
      return { ...shown, id: answer.id };
    };
    await eve.do((home) => home.connection.openInvitation(link.secret.id));
    await sam.do((home) => join(home, link.url));
    await expect(eve.do((home) => join(home, link.url))).rejects.toMatchObject({ code: "invitation_used" });
    eve.transport.lie = (_, answer) => answer;
    await ada.problems();
    const { roster } = (await ada.do(() => standingOf(link.journal))).log;
    expect(roster?.members.map(({ account }) => encodeB64(account)).sort()).toEqual(
      [ada, sam].map(({ account }) => encodeB64(account)).sort(),
    );
  });

  test("somebody else who answers in the other's place has other words, which nobody reads out", async () => {
    const link = await Link.by(ada);
    await sam.do((home) => join(home, link.url));
    link.giveSealed(await answerOf(link, eve));
    await ada.problems();
    expect((await ada.do((home) => pairingOf(home, link.journal))).words).toHaveLength(8);
    await sam.problems();
    expect(await sam.do((home) => pairingOf(home, link.journal))).toMatchObject({
      stage: "waiting_for_founder",
      words: null,
    });
    await expect(sam.do((home) => confirmWords(home, link.journal, []))).rejects.toThrow(NotAllowed);
    const { roster } = (await ada.do(() => standingOf(link.journal))).log;
    expect([roster?.members.length, roster?.provisional]).toEqual([2, true]);
  });
}
