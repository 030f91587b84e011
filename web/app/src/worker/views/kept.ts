/**
 * What the program itself keeps in the store, sealed, on this device alone: a draft, which letters were opened, a pause.
 * A row that doesn't fit any more is as if it weren't there.
 */
import { commit, type Home, read, type Step } from "@duolog/sdk/client";
import { fromUtf8, utf8 } from "@duolog/sdk/protocol";

/** What is kept under a name, or null. */
export function* kept(home: Home, name: string): Step<unknown> {
  const row = (yield* read([`app/${name}`])).get(`app/${name}`);
  return row === undefined ? null : parsed(fromUtf8(home.vault.open("app", row)));
}

/** Keeps a value that JSON has; null throws it away. */
export function* keep(home: Home, name: string, value: unknown): Step<void> {
  const row = value === null ? null : home.vault.seal("app", utf8(JSON.stringify(value)));
  yield* commit([{ name: `app/${name}`, value: row }]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
