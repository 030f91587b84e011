/** The home's name among the browser's databases. */
export const HOME = "duolog-home";

/** Whether this browser keeps a home. The page asks before its Worker is there; where a browser doesn't tell, it may. */
export async function mayKeepHome(): Promise<boolean> {
  try {
    return (await indexedDB.databases()).some(({ name }) => name === HOME);
  } catch {
    return true;
  }
}
