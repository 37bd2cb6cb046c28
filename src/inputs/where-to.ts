import { readlink, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";

const mostLinks = 40;

/**
 * The real path of what is at an absolute path, or would be: all links are followed, also to
 * nothing, and `..` behind a link is above where it leads. Of all links of a path, some are
 * followed: links to links may be more than can be counted.
 */
export async function whereTo(path: string, links = { left: mostLinks }): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  const above = dirname(path);
  if (real !== undefined || above === path) return real ?? path;
  const folder = await whereTo(above, links);
  const at = join(folder, basename(path));
  const link = links.left > 0 ? await readlink(at).catch(() => undefined) : undefined;
  if (link === undefined) return at;
  links.left -= 1;
  return whereTo(isAbsolute(link) ? link : `${folder}/${link}`, links);
}
