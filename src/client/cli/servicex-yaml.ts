// The settings of ServiceX's Python client, which may hold a token for this service too.
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { ConfigError } from "../../settings/config-error.ts";
import { readServiceUrl } from "../../settings/service-url.ts";
import { clean } from "./print/print.ts";

/** In the order in which that client takes them. */
const names = [".servicex", "servicex.yaml"];
const mostBytes = 1024 * 1024;

const settings = z.object({
  api_endpoints: z.array(
    z.object({ endpoint: z.string(), token: z.string().nullish() }).catch({ endpoint: "" }),
  ),
});

/**
 * The token for this address in the first such file: of the folder or one above it, else of the
 * home. Tokens for other addresses are none of this service.
 */
export async function servicexToken(
  url: string,
  folder: string,
  home = homedir(),
): Promise<string | undefined> {
  for (const path of candidates(folder, home)) {
    const content = readOwn(path);
    if (content === undefined) continue;
    const { api_endpoints: endpoints } = await parsed(path, content);
    const own = endpoints.filter(({ endpoint }) => readServiceUrl(endpoint) === url);
    const token = own.map((one) => one.token ?? "").find((text) => text !== "");
    return token !== undefined && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
  }
  return undefined;
}

function* candidates(folder: string, home: string): Generator<string> {
  for (let at = folder; ; at = dirname(at)) {
    for (const name of names) yield join(at, name);
    if (at === dirname(at)) break;
  }
  for (const name of names) yield join(home, name);
}

/** One that another user has left in a shared folder would make calls in that user's name. */
function readOwn(path: string): string | undefined {
  let file: number | undefined;
  try {
    // Without waiting, should it be a pipe
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    const isOwn = stats.uid === 0 || stats.uid === process.getuid?.();
    if (!stats.isFile() || stats.size > mostBytes || !isOwn) return undefined;
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The parser's own message quotes the text, which may be a token. */
async function parsed(path: string, content: string): Promise<z.output<typeof settings>> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(content);
  const [problem] = document.errors;
  const line = problem?.linePos?.[0].line;
  if (problem)
    throw new ConfigError(
      clean(`${path} is not valid YAML${line === undefined ? "" : ` (line ${line})`}.`),
    );
  const read = settings.safeParse(document.toJS());
  return read.success ? read.data : { api_endpoints: [] };
}
