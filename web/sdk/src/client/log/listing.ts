/**
 * The server's list of my journals. It is believed in nothing but where to look: it ascends from page to page, and has
 * at most as many journals as an account can have, so it ends. Spec: §11.2
 */

import { MalformedData } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { compareBytes } from "../../protocol/bytes.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import type { ListedJournal } from "../server/bodies.ts";

/** Every journal that the server lists for me. Throws MalformedData, and as a `Connection`. */
export function* listJournals(home: Home): Step<readonly ListedJournal[]> {
  const listed: ListedJournal[] = [];
  for (;;) {
    const last = listed.at(-1)?.journal ?? null;
    const page = yield* home.connection.journals(last);
    for (const item of page.journals) {
      const before = listed.at(-1);
      if (before !== undefined && compareBytes(item.journal, before.journal) <= 0) {
        throw new MalformedData("The server's list of journals goes in circles. Ask who runs it.");
      }
      listed.push(item);
    }
    if (listed.length > SIZES.MAX_JOURNALS) {
      throw new MalformedData("The server lists more journals than an account can have. Ask who runs it.");
    }
    if (!page.more) return listed;
    if (page.journals.length === 0) {
      throw new MalformedData("The server says that there are more journals, and lists none. Ask who runs it.");
    }
  }
}
