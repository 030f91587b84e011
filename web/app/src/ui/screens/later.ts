/** Screens that the first look doesn't need: one script, loaded when somebody goes to one of them. */
import type { Component } from "svelte";
import type { Build } from "../../rpc.ts";
import type { Name } from "../places.ts";
import AddDevice from "./AddDevice.svelte";
import Boundaries from "./Boundaries.svelte";
import CheckInScreen from "./CheckInScreen.svelte";
import Confirm from "./Confirm.svelte";
import CopyScreen from "./CopyScreen.svelte";
import Enroll from "./Enroll.svelte";
import Head from "./Head.svelte";
import Hear from "./Hear.svelte";
import Leaving from "./Leaving.svelte";
import Make from "./Make.svelte";
import MeScreen from "./MeScreen.svelte";
import OneBoundary from "./OneBoundary.svelte";
import OneEntry from "./OneEntry.svelte";
import OneThing from "./OneThing.svelte";
import Pause from "./Pause.svelte";
import Propose from "./Propose.svelte";
import Sheet from "./Sheet.svelte";
import Things from "./Things.svelte";
import UsScreen from "./UsScreen.svelte";

export { Enroll };

/** Some need none of these, and take none. */
type Shown = Component<{ id: string; build: Build }>;
type Later = Exclude<Name, "journal" | "write" | "invite" | "join" | "compare" | "page" | "help">;

const SHOWN = {
  boundaries: Boundaries,
  us: UsScreen,
  me: MeScreen,
  entry: OneEntry,
  hear: Hear,
  boundary: OneBoundary,
  propose: Propose,
  things: Things,
  thing: OneThing,
  make: Make,
  "check-in": CheckInScreen,
  pause: Pause,
  sheet: Sheet,
  leaving: Leaving,
  "add-device": AddDevice,
  confirm: Confirm,
  copy: CopyScreen,
  head: Head,
};
export const SCREENS = SHOWN as unknown as Record<Later & keyof typeof SHOWN, Shown>;
