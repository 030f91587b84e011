/** How a person is called on screen: by the name that they chose, else by what they are to the reader. */
import type { Person } from "../rpc.ts";
import type { Voice } from "./words.ts";

export function called({ say }: Voice, { name, mine, role }: Person): string {
  if (name !== "") return name;
  if (mine) return say("you");
  return say(role === "partner" ? "your_partner" : role === "confidant" ? "a_confidant" : "somebody");
}
