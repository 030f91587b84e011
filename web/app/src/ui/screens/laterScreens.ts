/** Loads the screens that the first look doesn't need, with their words. */
import { type Language, loadRest } from "../words.ts";

export async function laterScreens(language: Language) {
  const [screens] = await Promise.all([import("./later.ts"), loadRest(language)]);
  return screens;
}
