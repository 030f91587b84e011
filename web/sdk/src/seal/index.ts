/** The secret side of the protocol: keys, packages, grants, sealed entries, pairing and recovery words. */

export * from "./aead.ts";
export * from "./attachments.ts";
export * from "./blindPairs.ts";
export * from "./chains.ts";
export * from "./derive.ts";
export * from "./deviceCodes.ts";
export * from "./devices.ts";
export * from "./entries.ts";
export * from "./grants.ts";
export * from "./hpke.ts";
export * from "./invitations.ts";
export * from "./keys.ts";
export * from "./links.ts";
export * from "./packages.ts";
export * from "./pairing.ts";
export * from "./pastedLinks.ts";
export * from "./proposals.ts";
export * from "./sealedMessages.ts";
export * from "./secret.ts";
export * from "./words.ts";
