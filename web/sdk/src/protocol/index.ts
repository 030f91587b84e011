/** The formats and rules of the protocol: what needs no secret. One module for each section of the specification. */

export * from "./accounts.ts";
export * from "./attachments.ts";
export * from "./blindPairs.ts";
export * from "./bytes.ts";
export * from "./codec.ts";
export * from "./containing.ts";
export * from "./entries.ts";
export * from "./entryRules.ts";
export * from "./fields.ts";
export * from "./idMap.ts";
export * from "./ids.ts";
export * from "./json.ts";
export * from "./keyholderSets.ts";
export * from "./log.ts";
export * from "./login.ts";
export * from "./messages.ts";
export * from "./padding.ts";
export * from "./receipts.ts";
export * from "./roster.ts";
export * from "./rosterChanges.ts";
export * from "./rosterStatements.ts";
export * from "./statements.ts";
