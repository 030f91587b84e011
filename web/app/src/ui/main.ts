/** The page's beginning: take the invitation out of the address, start the Worker, and show where the person stands. */
import { mount } from "svelte";
import { mayKeepHome } from "../worker/home.ts";
import App from "./App.svelte";
import { parsePlace, takeInvitation } from "./places.ts";
import { startWorker } from "./startWorker.ts";
import { load, spoken } from "./words.ts";
import "./style/base.css";

const PAIRING = new Set(["invite", "join", "compare"]);

const invited = takeInvitation(location, history);
const target = document.getElementById("app");
if (target === null) throw new Error("The page has no place for the app.");
const rpc = startWorker();

/** The Worker looks more closely while somebody does, and locks when nobody has for long. */
function attend(): void {
  const isVisible = document.visibilityState === "visible";
  rpc.attend(isVisible, PAIRING.has(parsePlace(location.hash).name)).catch(() => undefined);
}
document.addEventListener("visibilitychange", attend);
window.addEventListener("hashchange", attend);
attend();

const habits = { languages: navigator.languages, zone: new Intl.DateTimeFormat().resolvedOptions().timeZone };
Promise.all([rpc.build(), mayKeepHome(), load(spoken(habits.languages))]).then(([build, mayKeep]) =>
  mount(App, { target, props: { rpc, build, invited, habits, begins: mayKeep ? null : { at: "outside" } } }),
);
