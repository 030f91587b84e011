/** The plaintext of an invitation to the other partner's place. Spec: §7.2 */

import { NotAllowed } from "../../errors.ts";
import { encodeB64 } from "../../protocol/codec.ts";
import type { Roster } from "../../protocol/rosterChanges.ts";
import { encodeInvitation } from "../../seal/invitations.ts";
import { revealCommitment } from "../../seal/pairing.ts";
import { read, type Step } from "../core/effects.ts";
import { type Home, parseStatements } from "../core/home.ts";
import { itemName } from "../log/names.ts";
import { parseItem } from "../server/pages.ts";

/**
 * It shows the first `shown` generations of the founder's chain. `nonce`: N_F.
 *
 * Throws NotAllowed: the journal isn't here; MalformedData: the chain is too long for a message.
 */
export function* invitationPlaintext(home: Home, roster: Roster, nonce: Uint8Array, shown: number): Step<Uint8Array> {
  const [chainName, first] = [`chain/${encodeB64(roster.founder)}`, itemName(roster.journal, 1)];
  const rows = yield* read([chainName, first]);
  const [chainRow, itemRow] = [rows.get(chainName), rows.get(first)];
  const [chain, receiptKey] = [home.chains.get(roster.founder), home.receiptKeys.at(-1)];
  if (chainRow === undefined || itemRow === undefined || chain === undefined || receiptKey === undefined) {
    throw new NotAllowed("This journal has not been fetched yet. Sync first.");
  }
  const { item } = parseItem(itemRow);
  if (item.type !== "statement") throw new NotAllowed("This journal does not begin with its genesis.");
  return encodeInvitation({
    chain: parseStatements(chainRow).slice(0, shown),
    genesis: item.signed,
    role: "partner",
    rights: "write",
    until: null,
    origin: home.connection.origin,
    receiptKey,
    reveal: revealCommitment(nonce, chain.generation(shown).statementHash, roster.journal),
  });
}
