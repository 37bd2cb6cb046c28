// Debian's Chromium, driven by playwright-core. It is a real part: without it these tests fail.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

const executablePath = "/usr/bin/chromium";

/** `more`: arguments of Chromium */
export async function openBrowser(...more: string[]): Promise<Browser> {
  if (!existsSync(executablePath))
    throw new Error(
      `${executablePath} is not installed: the pages were NOT tested in a browser. ` +
        "Install Debian's package chromium (`.ci/packages` does where it may).",
    );
  const args = ["--no-sandbox", "--disable-dev-shm-usage", ...more];
  return chromium.launch({ executablePath, args });
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Where pictures of the pages are kept, to be looked at. */
const shots = process.env.SCREENSHOTS;

const looks = [360, 1440].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);

/**
 * The page that is open has, narrow and wide, light and dark, no barrier that axe knows; it does
 * not scroll sideways, and nothing that somebody else wrote ran in it.
 */
export async function checkLooks(page: Page, name: string): Promise<void> {
  for (const { width, colorScheme } of looks) {
    const look = `${name}-${width}-${colorScheme}`;
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    expect(await violationsOf(page), look).toEqual([]);
    expect(await sidewaysPixels(page), look).toBeLessThanOrEqual(0);
    expect(await page.title(), look).not.toBe("attacked");
    if (!shots) continue;
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: `${shots}/${look}.png`, fullPage: true });
  }
}

/**
 * What the browser complains of from now on, on pages of this address: a broken policy, an error
 * of a script, a file that is missing. Pages may have other statuses than 200.
 */
export function complaintsOf(page: Page, address: string): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    const isOfPage = /status of \d+/.test(message.text()) && message.location().url === page.url();
    const isOurs = page.url().startsWith(address);
    if (isOurs && message.type() === "error" && !isOfPage) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return complaints;
}

/** What axe finds, each as one line. It needs scripts, so not for a context without them. */
export async function violationsOf(page: Page): Promise<string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: Violation[] }> };
    };
    interface Violation {
      id: string;
      nodes: { target: unknown[]; failureSummary?: string }[];
    }
    const { violations } = await checker.run({ resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
    );
  });
}

/** By how many pixels the page is wider than its window. */
export function sidewaysPixels(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}
