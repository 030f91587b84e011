/** Chromium as the system has it: nothing downloads a browser. `DUOLOG_CHROMIUM` names another. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = [
  process.env.DUOLOG_CHROMIUM ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

export function chromiumPath(): string | null {
  return PLACES.find((place) => place !== "" && existsSync(place)) ?? null;
}

export function startBrowser(): Promise<Browser> {
  const path = chromiumPath();
  if (path === null) throw new Error("There is no Chromium: apt install chromium, or name one with DUOLOG_CHROMIUM.");
  return chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
}
