/** The port through which all randomness comes: the only source of keys, nonces and ids. */
export interface Random {
  /** This many fresh bytes from the operating system's generator. */
  bytes(size: number): Uint8Array;
}
