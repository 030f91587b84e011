/** Screens that the first look doesn't need: one script, loaded when somebody goes to one of them. */
import type { Component } from "svelte";
import type { Name } from "../places.ts";
import AddDevice from "./AddDevice.svelte";
import CheckInScreen from "./CheckInScreen.svelte";
import Enroll from "./Enroll.svelte";
import Hear from "./Hear.svelte";
import Leaving from "./Leaving.svelte";
import OneBoundary from "./OneBoundary.svelte";
import Pause from "./Pause.svelte";
import Propose from "./Propose.svelte";
import Sheet from "./Sheet.svelte";

export { Enroll };

/** Some need no id, and take none. */
type Shown = Component<{ id: string }>;
type Later = Extract<Name, "hear" | "boundary" | "propose" | "check-in" | "pause" | "sheet" | "leaving" | "add-device">;

export const SCREENS: Record<Later, Shown> = {
  hear: Hear,
  boundary: OneBoundary,
  propose: Propose as unknown as Shown,
  "check-in": CheckInScreen as unknown as Shown,
  pause: Pause as unknown as Shown,
  sheet: Sheet as unknown as Shown,
  leaving: Leaving as unknown as Shown,
  "add-device": AddDevice as unknown as Shown,
};
