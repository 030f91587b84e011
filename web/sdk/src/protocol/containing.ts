/**
 * Containing: an error that nobody foresaw ends at the smallest thing that caused it.
 *
 * Rules
 * - Errors of our own tree pass: they name their cause already.
 * - The code inside is pure: it judges bytes, and does no I/O. So whatever else is thrown is a fault of this program,
 *   which that thing leads it into.
 * - The sentence names the error's type alone, because the error's text may quote a person's words.
 *
 * The caller decides whose fault an error is: an entry's, the server's, or one journal's. Spec: §6.9
 */

import { DuologError } from "../errors.ts";

/** What `judge` gives; an error that nobody foresaw becomes `fault`, with a sentence that begins with `what`. */
export function contained<T>(what: string, fault: (sentence: string) => DuologError, judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (error instanceof DuologError) throw error;
    const name = error instanceof Error ? error.constructor.name : typeof error;
    throw fault(
      `${what} leads this program into an error that nobody foresaw (${name}). Please report it; the rest goes on.`,
    );
  }
}
