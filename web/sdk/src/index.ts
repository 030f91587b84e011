/** Errors and ports. The rooms have entrances of their own: `@duolog/sdk/protocol` and `@duolog/sdk/seal`. */

export * from "./errors.ts";
export type { components as ApiComponents, paths as ApiPaths } from "./generated/api.ts";
export { type Check, PROBLEMS, SIZES } from "./generated/constants.ts";
export type * as DocumentBodies from "./generated/documents.ts";
export type * as Statements from "./generated/statements.ts";
export type { Random } from "./random.ts";
