// Debian's Chromium, driven by playwright-core. It is a real part: without it these tests fail.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";

export async function openBrowser(): Promise<Browser> {
  if (!existsSync(executablePath))
    throw new Error(
      `${executablePath} is not installed: the pages were NOT tested in a browser. ` +
        "Install Debian's package chromium (`.ci/packages` does where it may).",
    );
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds, each as one line. It needs scripts, so not for a context without them. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
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
