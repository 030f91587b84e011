/** Where a person is in the app, as the fragment of its address: no path reaches a server, and no text stands in it. */

export const TABS = ["journal", "boundaries", "us", "me"] as const;
export type Tab = (typeof TABS)[number];

const NAMES = [
  ...TABS,
  ...["write", "entry", "hear", "boundary", "propose", "check-in", "invite", "join", "compare"],
  ...["sheet", "leaving", "copy", "head", "help", "page", "pause", "add-device", "confirm", "things", "thing", "make"],
] as const;
export type Name = (typeof NAMES)[number];

export interface Screen {
  readonly name: Name;
  readonly id: string;
}

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** `#/entry/<id>` and the like. What is unknown leads to the journal. */
export function parsePlace(fragment: string): Screen {
  const [, name = "", id = ""] = fragment.replace(/^#/, "").split("/");
  const known = NAMES.find((one) => one === name);
  return known === undefined || (id !== "" && !ID.test(id)) ? { name: "journal", id: "" } : { name: known, id };
}

export function addressOf(name: Name, id = ""): string {
  return id === "" ? `#/${name}` : `#/${name}/${id}`;
}

/** An invitation in the address of `/join`: its text, or null. It is as secret as a key, so the address is replaced at once. */
export function takeInvitation(place: Location, history: History): string | null {
  if (place.pathname !== "/join" || place.hash.length < 2) return null;
  const link = `${place.origin}${place.pathname}${place.hash}`;
  history.replaceState(null, "", "/app/#/join");
  return link;
}
