/**
 * The client: ports, the core's steps, and adapters of the ports. A step is a generator of effects; `run` runs it.
 *
 * What is here so far: accounts and their devices, keys, sheets and log-ins; founding, inviting, joining, leaving and closing;
 * syncing and verifying journals; reading, writing, taking back, keeping and erasing.
 */

export { beginAdding, confirmAdding, giveUpAdding } from "./account/addingDevice.ts";
export { becomeDevice, type Compared, confirmRestored, wordsToCompare } from "./account/confirming.ts";
export { beginEnrolling, type Enrollment, enrollingWords, finishEnrolling } from "./account/enrolling.ts";
export {
  isNewSheet,
  type KeyholderView,
  keyholders,
  lookAtKeyholders,
  nameKeyholder,
  newSheet,
  type Revoked,
  replaceSheet,
  revoke,
} from "./account/keyholders.ts";
export { isUnconfirmed, refreshAccount, restore } from "./account/opening.ts";
export { forgetSheet, register, sheetWords } from "./account/registering.ts";
export { endOtherSessions, endSession, type SessionView, sessions, signOut } from "./account/sessions.ts";
export { listen } from "./adapters/fetchEvents.ts";
export { FetchTransport } from "./adapters/fetchTransport.ts";
export { MemoryStore } from "./adapters/memoryStore.ts";
export { systemClock, systemRandom } from "./adapters/system.ts";
export { run } from "./core/driver.ts";
export { commit, type Effect, type EffectResult, list, read, type Step } from "./core/effects.ts";
export { type Home, openHome, type Unlocked } from "./core/home.ts";
export { type LockKind, lock, lockKind, lockWithPasskey, passkeyOf, unlock, unlockWithPasskey } from "./core/lock.ts";
export { Vault } from "./core/vault.ts";
export type { Identity } from "./identity.ts";
export { closeJournal } from "./leaving/closing.ts";
export { leaveJournal } from "./leaving/leaving.ts";
export { declineProposal, type ProposalView, proposals } from "./leaving/proposals.ts";
export { eraseText, keepText, withdraw } from "./leaving/withdrawing.ts";
export { answerCheckIn, beginCheckIn, goOnWithAnswers, myAnswer, reveal, revealWaits } from "./log/blindAnswers.ts";
export { deliver } from "./log/delivering.ts";
export { type Expected, expected } from "./log/expected.ts";
export { accountState, type Folded, folded, journalState, type LogEntry, membershipOf } from "./log/folding.ts";
export { listJournals } from "./log/listing.ts";
export { post, postWithWords, waitingFor } from "./log/outbox.ts";
export { pull } from "./log/pulling.ts";
export { type ReadEntry, readEntries } from "./log/reading.ts";
export { type Standing, standingOf } from "./log/standing.ts";
export { type Problem, type Synced, sync } from "./log/syncing.ts";
export { confirmWords, type Pairing, pairingOf, saidToDiffer, sayWordsDiffer } from "./pairing/comparing.ts";
export { createJournal } from "./pairing/founding.ts";
export { type Invited, invite, removePartner, waitingInvitation, withdrawInvitation } from "./pairing/inviting.ts";
export { type InvitationLink, invitationLink, join } from "./pairing/joining.ts";
export { goOn } from "./pairing/steps.ts";
export type { Change, Clock, HttpAnswer, HttpRequest, Ports, Rows, Store, Transport } from "./ports.ts";
