/** The build that this browser keeps for the next visit, and a newer one that waits until the person takes it. */

/** What a policy of Trusted Types makes of an address; TypeScript's own types don't know it. */
export type TrustedAddress = string | { toJSON(): string };

const PATIENCE = 2000; // milliseconds

/** Keeps this build. `script`: the address of `sw.js`, which the policy `duolog` vouches for. */
export async function keepBuild(script: TrustedAddress): Promise<void> {
  await navigator.serviceWorker.register(script as string, { scope: "/", updateViaCache: "none" });
}

/** The digest of the build that runs, or of the newer one that waits; null where there is none. */
export function digestOf(which: "running" | "waiting"): Promise<string | null> {
  return say(which, "which-build");
}

/** The version of such a build. */
export function versionOf(which: "running" | "waiting"): Promise<string | null> {
  return say(which, "which-version");
}

async function say(which: "running" | "waiting", question: string): Promise<string | null> {
  const registration = await navigator.serviceWorker.getRegistration("/");
  const worker = which === "waiting" ? registration?.waiting : registration?.active;
  if (!worker) return null;
  const channel = new MessageChannel();
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), PATIENCE);
    channel.port1.onmessage = ({ data }) => resolve(typeof data === "string" ? data : null);
    worker.postMessage(question, [channel.port2]);
  });
}

/** Asks the server for a newer build. It is fetched and waits; this page goes on as it is. */
export async function lookForNewer(): Promise<void> {
  await (await navigator.serviceWorker.getRegistration("/"))?.update();
}

/** Takes the build that waits, after the person said so, and begins again with it. */
export async function takeNewer(): Promise<void> {
  const waiting = (await navigator.serviceWorker.getRegistration("/"))?.waiting;
  if (!waiting) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage("take-new-build");
}

/** Keeps nothing of the app in this browser: for a computer of somebody else, and when one signs out. */
export async function forgetBuild(): Promise<void> {
  await (await navigator.serviceWorker.getRegistration("/"))?.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
}
