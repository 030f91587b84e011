/** The smallest app that keeps its build as the real one does, for e2e/served.test.ts. */
import { digestOf, forgetBuild, keepBuild, lookForNewer, type TrustedAddress, takeNewer } from "../../src/pinned.ts";

type Policies = { createPolicy(name: string, rules: { createScriptURL(text: string): string }): Policy };
type Policy = { createScriptURL(text: string): TrustedAddress };

const policies = (window as unknown as { trustedTypes: Policies }).trustedTypes;
const policy = policies.createPolicy("duolog", {
  createScriptURL(text) {
    if (text !== "/app/sw.js") throw new TypeError("There is one such script.");
    return text;
  },
});

function say(id: string, text: string): void {
  const place = document.getElementById(id);
  if (place) place.textContent = text;
}

async function ask(): Promise<void> {
  const headers = { authorization: "Bearer a-token-that-nobody-keeps" };
  await fetch("/v1/journals", { headers });
  await fetch("/app/icon.svg", { headers });
  say("asked", "asked");
}

async function look(): Promise<void> {
  await lookForNewer();
  for (let tries = 0; tries < 50; tries++) {
    const digest = await digestOf("waiting");
    if (digest !== null) return say("waiting", digest);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  say("waiting", "none");
}

const acts = { look, take: takeNewer, ask, forget: () => forgetBuild().then(() => say("kept", "forgotten")) };
for (const [id, act] of Object.entries(acts)) document.getElementById(id)?.addEventListener("click", () => void act());
say("build", "the first build");
import("./later.ts").then(({ LATER }) => say("later", LATER));
keepBuild(policy.createScriptURL("/app/sw.js"))
  .then(() => navigator.serviceWorker.ready)
  .then(async () => say("kept", (await digestOf("running")) ?? "nothing"))
  .catch((error) => say("kept", String(error)));
