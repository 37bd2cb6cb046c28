import { readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

const mostLinks = 40;

/** The real path of what is at a path, or would be: all links are followed, also to nothing. */
export async function whereTo(path: string, links = mostLinks): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  const above = dirname(path);
  if (real !== undefined || above === path) return real ?? path;
  const folder = await whereTo(above, links);
  const at = join(folder, basename(path));
  const link = links > 0 ? await readlink(at).catch(() => undefined) : undefined;
  return link === undefined ? at : whereTo(resolve(folder, link), links - 1);
}
