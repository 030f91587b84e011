/** What the program itself keeps in the home's store, sealed, on this device alone. A row that doesn't fit is as if it weren't there. */
import { commit, type Home, read, type Step } from "@duolog/sdk/client";
import { fromUtf8, utf8 } from "@duolog/sdk/protocol";

/** The person's name, until it stands in a journal; minutes until the lock; what became of the sheet; words that differed. */
export type OwnName = "name" | "minutes" | "sheet" | "differed";

export function* ownText({ vault }: Home, name: OwnName): Step<string | null> {
  const row = (yield* read([`app/${name}`])).get(`app/${name}`);
  return row === undefined ? null : fromUtf8(vault.open("app", row));
}

/** Keeps a text under a name; null throws it away. */
export function* keepOwn({ vault }: Pick<Home, "vault">, name: OwnName, text: string | null): Step<void> {
  yield* commit([{ name: `app/${name}`, value: text === null ? null : vault.seal("app", utf8(text)) }]);
}
