/** The app with a Worker that is played in the page: each screen in each state, without a server. For tests alone. */
import { mount } from "svelte";
import App from "../../src/ui/App.svelte";
import { load, spoken } from "../../src/ui/words.ts";
import "../../src/ui/style/base.css";
import { BUILD, played } from "./evening.ts";

const asked = new URLSearchParams(location.search);
const target = document.getElementById("app");
if (target === null) throw new Error("The page has no place for the app.");
const invited = asked.get("invited");
const languages = [asked.get("language") ?? "en-GB"];
await load(spoken(languages));
mount(App, {
  target,
  props: {
    rpc: played(asked.get("state") ?? "open", Number(asked.get("slow") ?? 0)),
    build: BUILD,
    invited,
    habits: { languages, zone: "Europe/Vienna" },
    mirrored: asked.has("mirrored"),
  },
});
