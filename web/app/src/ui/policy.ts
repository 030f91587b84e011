/** The page's one policy of Trusted Types, `duolog`: it vouches for two scripts, the Worker and what keeps the build. */
import type { TrustedAddress } from "../pinned.ts";

interface Policy {
  createScriptURL(text: string): TrustedAddress;
}
interface Policies {
  createPolicy(name: string, rules: { createScriptURL(text: string): string }): Policy;
}

export const KEEPER = "/app/sw.js";

/** `worker`: the address of the Worker, as the build names it. A browser without Trusted Types takes texts. */
export function policyFor(worker: string): Policy {
  const rules = {
    createScriptURL(text: string): string {
      if (text !== worker && text !== KEEPER) throw new TypeError("There are two such scripts.");
      return text;
    },
  };
  const { trustedTypes } = window as unknown as { readonly trustedTypes?: Policies };
  return trustedTypes?.createPolicy("duolog", rules) ?? rules;
}
