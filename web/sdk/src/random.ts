/** The port through which all randomness comes: the only source of keys, nonces and ids. */

/**
 * What bytes are drawn for. The names are those of the golden transcript (vectors/README.md), where it has them; the last
 * line's draws stay at home or with one sealed thing, so another client can't tell them.
 */
export type Draw =
  | "account_nonce"
  | "acceptance_nonce"
  | "closing"
  | "device_code"
  | "entry_id"
  | "entry_nonce"
  | "epoch_key"
  | "generation_seed"
  | "invitation_nonce"
  | "invitation_secret"
  | "journal_nonce"
  | "keyholder_seed"
  | "message_nonce"
  | (
      | "attachment_header"
      | "chance"
      | "context_nonce"
      | "decoy_grant"
      | "encapsulation"
      | "home"
      | "pair"
      | "request_id"
    );

export interface Random {
  /**
   * This many fresh bytes from the operating system's generator.
   *
   * `draw` says what for, and `of` which of several: a kind, a number, an id. A generator may ignore both; a recorded
   * evening is played by them.
   */
  bytes(size: number, draw: Draw, of?: string): Uint8Array;

  /**
   * Only a recorded evening has this: what HPKE sealed then, of exactly these inputs. Nobody can tell another HPKE what
   * to draw.
   */
  sealed?(kemKey: Uint8Array, plaintext: Uint8Array, info: Uint8Array): Uint8Array;
}
