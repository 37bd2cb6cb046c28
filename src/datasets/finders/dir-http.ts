import pRetry from "p-retry";
import { RequestError } from "../../errors.ts";
import { isBadEncoding } from "../../inputs/content-encoding.ts";
import { refuseGlob, splitGlob } from "../../inputs/glob/index.ts";
import { type LeftOut, leftOutSentence, makeLeftOut } from "../../inputs/left-out.ts";
import { untilFirst } from "../../inputs/until-first.ts";
import {
  type Folder,
  type OpenFolder,
  type WalkLimits,
  type WalkOptions,
  walk,
} from "../../inputs/walk.ts";
import { assertAllowed } from "../../outside/address.ts";
import { allowedClient, type HttpClient } from "../../outside/http-client.ts";
import { inWords } from "../../system-problem.ts";
import type { Finder, LookupOutcome } from "../contract.ts";
import { isPage, linksOf, readPage } from "./index-page.ts";
import { outcomeOfWalk } from "./walked.ts";

/**
 * `dir+https://host/folder/pattern`: the files that a web server's index page lists (Apache, nginx,
 * Python's http.server and the like).
 */
export function dirHttpFinder(
  protocol: "http" | "https",
  inputHosts: readonly string[],
  limits: WalkLimits,
): Finder {
  return {
    scheme: `dir+${protocol}`,
    fleeting: true,
    refuse(name) {
      const { base, glob } = splitAddress(protocol, name);
      if (/[?#]/.test(name))
        return 'An index page is given by host and folder, without "?" and "#".';
      return refuseAddress(base, inputHosts) ?? refuseGlob(glob);
    },
    find: (name, give, signal) => look(name, { give, signal, limits }),
    async findFirst(name, signal) {
      const first = await untilFirst((give) =>
        look(name, { give, signal, limits, oneByOne: true }),
      );
      return "end" in first ? first.end : { outcome: "first", file: first.file };
    },
  };

  async function look(name: string, how: Omit<WalkOptions, "open">): Promise<LookupOutcome> {
    const client = allowedClient(inputHosts);
    const open: OpenFolder = (folder, stop) => openPage(folder, client, inputHosts, stop);
    const below = (spelled: string) => findBelow(splitAddress(protocol, spelled), { ...how, open });
    try {
      let answer = await below(name);
      // On a server each spelling of a letter with an accent is an address of its own
      for (const form of ["NFC", "NFD"] as const) {
        const spelled = name.normalize(form);
        if (answer.outcome === "does_not_exist" && spelled !== name) answer = await below(spelled);
      }
      return answer;
    } finally {
      client.close();
    }
  }
}

async function findBelow(
  { base, glob }: { base: string; glob: string },
  options: WalkOptions,
): Promise<LookupOutcome> {
  const leftOut = makeLeftOut();
  const open: OpenFolder = (folder, stop) =>
    folder === base
      ? options.open(folder, stop)
      : openOrLeaveOut(() => options.open(folder, stop), folder, leftOut, stop);
  try {
    const walked = await walk(base, glob, { ...options, open });
    const unread = leftOut.count() > 0;
    return outcomeOfWalk(walked, {
      incomplete: unread ? [leftOutSentence("their pages cannot be read", leftOut)] : [],
      nothing: `No link on ${base} matches ${JSON.stringify(glob)}.`,
    });
  } catch (error) {
    return outcomeOf(error, new URL(base).host);
  }
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

/** A folder below the first page. One that cannot be read is left out, after some tries. */
function openOrLeaveOut(
  open: () => Promise<Folder>,
  location: string,
  leftOut: LeftOut,
  signal: AbortSignal,
): Promise<Folder> {
  return pRetry(open, {
    retries: 2,
    minTimeout: 500,
    signal,
    shouldRetry: ({ error }) => !isLasting(error),
  }).catch(() => {
    signal.throwIfAborted();
    leftOut.add(location);
    return { id: undefined, names: async () => [], entries: async () => [] };
  });
}

async function openPage(
  folder: string,
  client: HttpClient,
  inputHosts: readonly string[],
  signal: AbortSignal,
): Promise<Folder> {
  const page = await readPage(folder, client, inputHosts, signal);
  if (page.status === 404 || page.status === 410)
    throw new RequestError(404, "does_not_exist", `There is no page ${folder} (${page.status}).`);
  // These may be over in a moment: the lookup is tried again
  if (page.status >= 500 || [408, 425, 429].includes(page.status))
    throw new Error(`${folder} returned ${page.status}.`);
  if (page.status !== 200 || !isPage(page))
    throw new RequestError(
      400,
      "bad_name",
      `${folder} is not an index page (${page.status}, ${page.type || "no content type"}).`,
    );
  const entries = linksOf(page);
  return {
    // After redirects: a folder may be the same page as the one above it
    id: page.url.href,
    names: async () => [...entries.keys()],
    entries: async (names) => names.flatMap((name) => entries.get(name) ?? []),
  };
}

function outcomeOf(error: unknown, host: string): LookupOutcome {
  if (!isLasting(error)) throw error;
  const { code, message } = error as Error & { code?: string };
  if (code === "ENOTFOUND")
    return {
      outcome: "does_not_exist",
      reason: `The server ${host} cannot be read: ${inWords(error)}.`,
    };
  if (isBadEncoding(error))
    return {
      outcome: "bad_name",
      reason: `The page is not encoded as its server says: ${message}.`,
    };
  return { outcome: code === "does_not_exist" ? "does_not_exist" : "bad_name", reason: message };
}

/** Repeating the call would not help. */
function isLasting(error: unknown): boolean {
  return (
    error instanceof RequestError ||
    isBadEncoding(error) ||
    (error as { code?: unknown }).code === "ENOTFOUND"
  );
}
