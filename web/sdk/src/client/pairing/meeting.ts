/** Meeting an account through a message of a pairing: its chain is pinned. Spec: §4.2, §7.3 */

import { type AccountChain, requireDescent, type SignedAccountStatement } from "../../protocol/accounts.ts";
import { commit, type Step } from "../core/effects.ts";
import { chainChange, type Home } from "../core/home.ts";

/** Pins a chain that a message shows. It is as old as the message: a beginning of the pinned one is no rollback. */
export function* meet(home: Home, chain: AccountChain, statements: readonly SignedAccountStatement[]): Step<void> {
  const pinned = home.chains.get(chain.account) ?? null;
  if (pinned !== null && pinned.generations.length >= chain.generations.length) {
    requireDescent(chain, pinned);
    return;
  }
  if (pinned !== null) requireDescent(pinned, chain);
  yield* commit([chainChange(chain.account, statements)]);
  home.chains.set(chain.account, chain);
}
