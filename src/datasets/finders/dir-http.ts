import pRetry from "p-retry";
import type { Agent } from "undici";
import { RequestError } from "../../errors.ts";
import { isBadEncoding } from "../../inputs/content-encoding.ts";
import { type Entry, refuseGlob, splitGlob, walk } from "../../inputs/walk.ts";
import { allowedAgent, assertAllowed } from "../../outside/address.ts";
import type { Finder, LookupOutcome } from "../contract.ts";
import { isPage, linksOf, readPage } from "./index-page.ts";

/**
 * `dir+https://host/folder/pattern`: the files that a web server's index page lists (Apache, nginx,
 * Python's http.server and the like).
 */
export function dirHttpFinder(protocol: "http" | "https", inputHosts: readonly string[]): Finder {
  return {
    scheme: `dir+${protocol}`,
    fleeting: true,
    refuse(name) {
      const { base, glob } = splitAddress(protocol, name);
      if (/[?#]/.test(name))
        return 'An index page is named by host and folder; "?" and "#" have no meaning there.';
      return refuseAddress(base, inputHosts) ?? refuseGlob(glob);
    },
    async find(name, give, signal) {
      const { base, glob } = splitAddress(protocol, name);
      const agent = allowedAgent(inputHosts);
      const leftOut: string[] = [];
      const list = async (folder: string, stop: AbortSignal) => {
        const page = () => listPage(folder, agent, inputHosts, stop);
        if (folder === base) return page();
        const entries = await listedInTheEnd(page, stop);
        if (entries === undefined) leftOut.push(folder);
        return entries ?? [];
      };
      try {
        const files = await walk(base, glob, list, give, signal);
        if (leftOut.length > 0) return { outcome: "found", incomplete: incomplete(leftOut) };
        if (files > 0) return { outcome: "found" };
        return { outcome: "found", nothing: `No link on ${base} matches ${JSON.stringify(glob)}.` };
      } catch (error) {
        return outcomeOf(error);
      } finally {
        await agent.close();
      }
    },
  };
}

function splitAddress(protocol: string, name: string): { base: string; glob: string } {
  const { base, glob } = splitGlob(name);
  return { base: `${protocol}://${base.replace(/\/$/, "")}/`, glob };
}

function refuseAddress(base: string, inputHosts: readonly string[]): string | undefined {
  try {
    assertAllowed(base, inputHosts);
    return undefined;
  } catch (error) {
    if (error instanceof RequestError) return error.message;
    throw error;
  }
}

/** A folder below the first page: what cannot be read of it is left out, and the others are found. */
async function listedInTheEnd(
  list: () => Promise<Entry[]>,
  signal: AbortSignal,
): Promise<Entry[] | undefined> {
  return pRetry(list, {
    retries: 2,
    minTimeout: 500,
    signal,
    shouldRetry: ({ error }) => !isLasting(error),
  }).catch(() => {
    signal.throwIfAborted();
    return undefined;
  });
}

function incomplete(leftOut: string[]): string {
  const more = leftOut.length > 3 ? ` and ${leftOut.length - 3} more` : "";
  return `Left out, since their pages cannot be read: ${leftOut.slice(0, 3).join(", ")}${more}.`;
}

async function listPage(
  folder: string,
  agent: Agent,
  inputHosts: readonly string[],
  signal: AbortSignal,
) {
  const page = await readPage(folder, agent, inputHosts, signal);
  if (page.status === 404 || page.status === 410)
    throw new RequestError(404, "does_not_exist", `There is no page ${folder} (${page.status}).`);
  // These may be over in a moment: the lookup is tried again
  if (page.status >= 500 || [408, 425, 429].includes(page.status))
    throw new Error(`${folder} answered ${page.status}.`);
  if (page.status !== 200 || !isPage(page))
    throw new RequestError(
      400,
      "bad_name",
      `${folder} is no index page (${page.status}, ${page.type || "no content type"}).`,
    );
  return linksOf(page);
}

function outcomeOf(error: unknown): LookupOutcome {
  if (!isLasting(error)) throw error;
  const { code, message } = error as Error & { code?: string };
  if (code === "ENOTFOUND")
    return { outcome: "does_not_exist", reason: `The host does not exist: ${message}.` };
  if (isBadEncoding(error))
    return {
      outcome: "bad_name",
      reason: `The page is not encoded as its server says: ${message}.`,
    };
  return { outcome: code === "does_not_exist" ? "does_not_exist" : "bad_name", reason: message };
}

/** The same call again would get the same answer. */
function isLasting(error: unknown): boolean {
  return (
    error instanceof RequestError ||
    isBadEncoding(error) ||
    (error as { code?: unknown }).code === "ENOTFOUND"
  );
}
