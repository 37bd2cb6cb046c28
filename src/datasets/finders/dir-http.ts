import type { Agent } from "undici";
import { RequestError } from "../../errors.ts";
import { allowedAgent, assertAllowed } from "../../outside/address.ts";
import type { Finder, LookupOutcome } from "../contract.ts";
import { isPage, linksOf, readPage } from "./index-page.ts";
import { refuseGlob, splitGlob, walk } from "./walk.ts";

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
      try {
        const files = await walk(
          base,
          glob,
          (folder, stop) => listPage(folder, agent, inputHosts, stop),
          give,
          signal,
        );
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

async function listPage(
  folder: string,
  agent: Agent,
  inputHosts: readonly string[],
  signal: AbortSignal,
) {
  const page = await readPage(folder, agent, inputHosts, signal);
  if (page.status === 404 || page.status === 410)
    throw new RequestError(404, "does_not_exist", `There is no page ${folder} (${page.status}).`);
  // 5xx and 429 may be over in a moment: the lookup is tried again
  if (page.status >= 500 || page.status === 429)
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
  if (!(error instanceof RequestError)) throw error;
  return {
    outcome: error.code === "does_not_exist" ? "does_not_exist" : "bad_name",
    reason: error.message,
  };
}
