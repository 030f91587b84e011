/** What every screen has: the Worker, a voice, and the way to another screen. */
import { getContext, setContext } from "svelte";
import type { Rpc } from "../rpc.ts";
import type { Name } from "./places.ts";
import type { TypedTexts } from "./typed.ts";
import type { Language, Voice } from "./words.ts";

export interface App {
  readonly rpc: Rpc;
  readonly voice: Voice;
  go(name: Name, id?: string): void;
  /** Say something in the polite live region, for whoever doesn't see the screen change. */
  announce(text: string): void;
  speak(language: Language): void;
  cover(): void;
  readonly typed: TypedTexts;
}

const KEY = Symbol("app");

export function provideApp(app: App): void {
  setContext(KEY, app);
}

export function useApp(): App {
  return getContext<App>(KEY);
}
