/** Where this account is logged in, and ending that. No answer to another account shows any of it. Spec: §4.14 */

import { sameBytes } from "../../protocol/bytes.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { type KeyholderView, keyholders } from "./keyholders.ts";

/** A log-in of mine. Times are Unix seconds; `usedAt` is noted hourly at most. `keyholder`: null where it was revoked. */
export interface SessionView {
  readonly id: Uint8Array;
  readonly keyholder: KeyholderView | null;
  readonly createdAt: number;
  readonly usedAt: number;
  /** This home's own. */
  readonly isCurrent: boolean;
}

/** Where this account is logged in, newest first. Throws as a `Connection`. */
export function* sessions(home: Home): Step<readonly SessionView[]> {
  const listed = yield* home.connection.sessions();
  const known = yield* keyholders(home);
  return listed.map(({ session, keyholder, createdAt, usedAt, isCurrent }) => {
    const found = known.find(({ id }) => sameBytes(id, keyholder)) ?? null;
    return { id: session, keyholder: found, createdAt, usedAt, isCurrent };
  });
}

/** Ends one session (its id, 16 bytes). Its device may log in again: to shut it out, `revoke` it. */
export function* endSession(home: Home, session: Uint8Array): Step<void> {
  yield* home.connection.endSession(session);
}

/** Ends every session but this home's own. */
export function* endOtherSessions(home: Home): Step<void> {
  yield* home.connection.endOtherSessions();
}

/** Ends this home's session, so that its token opens nothing. The home stays, and logs in when it is used again. */
export function* signOut(home: Home): Step<void> {
  yield* home.connection.logOut();
}
