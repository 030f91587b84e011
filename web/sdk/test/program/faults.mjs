/** An error as the hostile kit's runner reads it: hostile/README.md. */

import { JournalFrozen, TransportError } from "../../dist/index.js";

export function fault(error) {
  let word = "refused";
  if (error instanceof JournalFrozen) word = "frozen";
  if (error instanceof TransportError) word = "no server";
  return { error: word, class: error.constructor.name, check: error.check ?? "", say: error.message };
}
