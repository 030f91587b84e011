/** A home that came back from words: what confirms it, and the words by which two devices compare what they have seen. */
import { PinMismatch } from "@duolog/sdk";
import { confirmRestored, type Home, isUnconfirmed, type Step, wordsToCompare } from "@duolog/sdk/client";
import { encodeB64, IdMap } from "@duolog/sdk/protocol";
import { eightWords } from "@duolog/sdk/seal";
import type { Calls, SeenWords } from "../rpc.ts";
import type { Session } from "./session.ts";
import { here } from "./views/here.ts";
import { refuse } from "./views/refusals.ts";

const WORDS = 8;

/** Compares what somebody typed with what is here, of the account's keys and of the journal that is shown. */
export function confirmCall(session: Session): Pick<Calls, "confirm"> {
  const { home } = session;
  return {
    async confirm(keys, journal) {
      const [heardKeys, heardJournal] = [wordsIn(keys), wordsIn(journal)];
      if (heardKeys.length !== WORDS || heardJournal.length !== WORDS) refuse("eight_words", true);
      const found = (await session.run(here(home))) ?? refuse("no_journal");
      if (!(await session.run(isUnconfirmed()))) return;
      try {
        await session.run(confirmRestored(home, heardKeys, new IdMap([[found.journal, heardJournal]])));
      } catch (error) {
        throw error instanceof PinMismatch ? { code: "words_differ", retry: true } : error;
      }
      session.changed();
    },
  };
}

/** What this device has seen: the journal that is shown, and the keys of each of its members. */
export function* seenWords(home: Home): Step<readonly SeenWords[]> {
  const found = yield* here(home);
  if (found === null) return [];
  const { journal } = yield* wordsToCompare(home, found.journal);
  const members = (found.standing.log.roster?.members ?? []).flatMap(({ account }) => {
    const chain = home.chains.get(account);
    return chain === undefined
      ? []
      : [{ of: found.person(encodeB64(account)), words: eightWords(chain.newest.statementHash) }];
  });
  return [{ of: null, words: journal }, ...members];
}

/** The words in a text, without numbers and commas. */
function wordsIn(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}
