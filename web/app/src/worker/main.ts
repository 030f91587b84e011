/** The Worker's beginning: it takes the home of this browser, answers the page, and alone holds what is secret. */
import { answerOver, type Port } from "../wire.ts";
import { type HomeCalls, workerCalls } from "./calls.ts";
import { Keeper } from "./keeper.ts";
import { Living } from "./living.ts";
import { servedBy } from "./servedBy.ts";
import { takeHome } from "./tabs.ts";
import { refuse } from "./views/refusals.ts";

const port = self as unknown as Port;
const server = servedBy(self.location.origin);
let living: Living | null = null;
let attention: readonly [boolean, boolean] = [true, false];

const keeper = new Keeper(async () => (await server).origin, {
  changed: () => changed(),
  opened(here) {
    living = new Living(here, keeper, () => changed());
    void living.attend(...attention);
  },
  written: () => living?.written(),
  closed() {
    living?.end();
    living = null;
  },
});
const open = (): HomeCalls => living?.calls ?? refuse("locked");
const attend = async (isVisible: boolean, isPairing: boolean): Promise<void> => {
  attention = [isVisible, isPairing];
  await living?.attend(isVisible, isPairing);
};
const changed = answerOver(port, workerCalls(keeper, open, attend));

self.addEventListener("online", () => living?.written());
takeHome(
  () => keeper.mine(),
  () => keeper.elsewhere(),
  () => keeper.elsewhere(),
);
changed(); // the first word says that somebody listens: libsodium starts first, and what was posted before would be lost
