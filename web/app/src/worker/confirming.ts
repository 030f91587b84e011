/**
 * A home that came back from words: what confirms it, and the words by which two devices compare what they have seen.
 *
 * Rules
 * - An account without a journal compares its own one, in which every journal is noted that it joins. Nobody but its devices reads that.
 */
import { PinMismatch } from "@duolog/sdk";
import { confirmRestored, type Home, isUnconfirmed, type Step, standingOf, wordsToCompare } from "@duolog/sdk/client";
import { encodeB64, IdMap } from "@duolog/sdk/protocol";
import { eightWords } from "@duolog/sdk/seal";
import type { Calls, SeenWords } from "../rpc.ts";
import type { Session } from "./session.ts";
import { here } from "./views/here.ts";
import { refuse } from "./views/refusals.ts";

const WORDS = 8;

/** Compares what somebody typed with what is here, of the account's keys and of the journal that is shown, or of the account's own. */
export function confirmCall(session: Session): Pick<Calls, "confirm"> {
  const { home } = session;
  return {
    async confirm(keys, heads) {
      const [heardKeys, heardJournal] = [wordsIn(keys), wordsIn(heads)];
      if (heardKeys.length !== WORDS || heardJournal.length !== WORDS) refuse("eight_words", true);
      const journal = (await session.run(here(home)))?.journal ?? home.identity.accountJournal;
      if (!(await session.run(isUnconfirmed()))) return;
      try {
        await session.run(confirmRestored(home, heardKeys, new IdMap([[journal, heardJournal]])));
      } catch (error) {
        throw error instanceof PinMismatch ? { code: "words_differ", retry: true } : error;
      }
      session.changed();
    },
  };
}

/** What this device has seen: the journal that is shown, and the keys of each of its members; or the account's own. */
export function* seenWords(home: Home): Step<readonly SeenWords[]> {
  const { account, accountJournal } = home.identity;
  const found = yield* here(home);
  const shown = found?.journal ?? accountJournal;
  if ((yield* standingOf(shown)).log.seq === 0) return []; // nothing was fetched yet
  const { journal } = yield* wordsToCompare(home, shown);
  const members = found?.standing.log.roster?.members ?? [{ account }];
  const keys = members.flatMap((member) => {
    const [id, chain] = [encodeB64(member.account), home.chains.get(member.account)];
    const of = found?.person(id) ?? { id, name: "", mine: true, role: "partner" as const };
    return chain === undefined ? [] : [{ of, words: eightWords(chain.newest.statementHash) }];
  });
  return [{ of: null, words: journal }, ...keys];
}

/** The words in a text, without numbers and commas. */
function wordsIn(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}
