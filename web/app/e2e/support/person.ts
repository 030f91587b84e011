/** Somebody with the app in a browser of their own: what they press, type and read. */
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";

export const PASSPHRASE = "lantern tulip bridge orbit";
const PATIENCE = 15_000; // milliseconds
const PICTURES = process.env.DUOLOG_PICTURES ?? "";

export class Person {
  readonly name: string;
  readonly context: BrowserContext;
  readonly origin: string;
  /** All that the consoles of their pages said. */
  readonly said: string[] = [];
  page: Page;

  private constructor(name: string, context: BrowserContext, page: Page, origin: string) {
    this.name = name;
    this.context = context;
    this.origin = origin;
    this.page = page;
    this.#listen(page);
  }

  static async at(browser: Browser, name: string, origin: string, more: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "en-GB", ...more });
    const page = await context.newPage();
    return new Person(name, context, page, origin);
  }

  #listen(page: Page): void {
    page.setDefaultTimeout(PATIENCE);
    page.on("console", (message) => this.said.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.said.push(`error: ${error.message}`));
  }

  async newPage(): Promise<Page> {
    const page = await this.context.newPage();
    this.#listen(page);
    return page;
  }

  async visit(address = "/app/"): Promise<void> {
    await this.page.goto(address.startsWith("http") ? address : this.origin + address);
  }

  async press(name: string | RegExp): Promise<void> {
    await this.page.getByRole("button", { name, exact: typeof name === "string" }).click();
  }

  async follow(name: string | RegExp): Promise<void> {
    await this.page
      .getByRole("link", { name, exact: typeof name === "string" })
      .first()
      .click();
  }

  async type(label: string, text: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).fill(text);
  }

  heading(name: string): Locator {
    return this.page.getByRole("heading", { name, exact: true });
  }

  async sees(text: string | RegExp, patience = PATIENCE): Promise<void> {
    await this.#waitFor(this.page.getByText(text).first(), String(text), patience);
  }

  /** Waits for a screen. */
  async reaches(title: string): Promise<void> {
    await this.#waitFor(this.heading(title), title, PATIENCE);
  }

  async #waitFor(sought: Locator, what: string, timeout: number): Promise<void> {
    try {
      await sought.waitFor({ timeout });
    } catch (error) {
      const [shown] = await this.page.locator("body").allInnerTexts();
      throw new Error(`${this.name} doesn't see "${what}", but:\n${shown}`, { cause: error });
    }
  }

  /** From the first page to an account on this device. */
  async begin(lock: "passphrase" | "none" | "tab" = "passphrase", way = "Begin"): Promise<void> {
    if (way !== "") await this.press(way);
    await this.press("I understand");
    await this.press(lock === "tab" ? "Somebody else's" : "Mine");
    if (lock === "none") await this.press("Without a lock");
    if (lock === "passphrase") {
      await this.press("With a passphrase");
      await this.type("Passphrase", PASSPHRASE);
      await this.type("The same again", PASSPHRASE);
      await this.press("Go on");
    }
    await this.type("What your partner calls you", this.name);
    await this.press("Begin");
  }

  /** Makes an invitation; its link. */
  async invite(): Promise<string> {
    await this.press("Make an invitation");
    return (await this.page.locator("code").textContent()) ?? "";
  }

  async unlock(passphrase = PASSPHRASE): Promise<void> {
    await this.type("Passphrase", passphrase);
    await this.press("Open");
  }

  /** The eight words, as this person reads them aloud. */
  async words(): Promise<string> {
    await this.heading("Say these words to each other").waitFor();
    const list = this.page.getByRole("list", { name: "The eight words" }).locator("li");
    await list.first().waitFor();
    return (await list.allInnerTexts()).map((one) => one.replace(/[\d.\s]/g, "")).join(" ");
  }

  async write(text: string): Promise<void> {
    await this.page.goto(`${this.origin}/app/#/write`);
    await this.type("Your words", text);
    await this.press("Put into the journal");
    await this.heading("Journal").waitFor();
  }

  /** A picture of the whole page, where somebody wants to look (DUOLOG_PICTURES names a folder). */
  async picture(name: string): Promise<void> {
    if (PICTURES !== "") await this.page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
  }
}
