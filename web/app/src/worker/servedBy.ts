/** Which server the journal is at, and whether a server sent this page: `duolog app` sends it from this machine, and names the server. */

export interface ServedBy {
  readonly origin: string;
  readonly served: boolean;
}

/** `page`: the origin of the page. Only a page of this machine is asked, so no server is asked for what it hasn't. */
export async function servedBy(page: string): Promise<ServedBy> {
  const own = { origin: page, served: true };
  if (new URL(page).hostname !== "127.0.0.1") return own;
  try {
    const answer = await fetch("/app/server.json", { cache: "no-store", credentials: "omit" });
    const said: unknown = answer.ok ? await answer.json() : null;
    const isNamed = typeof said === "object" && said !== null && "server" in said;
    return isNamed ? { origin: typeof said.server === "string" ? said.server : page, served: false } : own;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return own; // offline, or no such file
    throw error;
  }
}
