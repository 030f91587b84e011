/** One tab of a browser has the home: the others wait, and the next takes over when it closes. */

const NAME = "duolog-home";

/** Calls `elsewhere` where another tab has it, and `mine` once this one has. `lost`: somebody took it away. */
export function takeHome(mine: () => void, elsewhere: () => void, lost: () => void): void {
  const keep = (): Promise<never> => {
    mine();
    return new Promise(() => undefined); // until the tab ends
  };
  navigator.locks
    .request(NAME, { ifAvailable: true }, (lock) => {
      if (lock !== null) return keep();
      elsewhere();
      return navigator.locks.request(NAME, keep);
    })
    .catch(lost);
}
