import { lstat, readdir } from "node:fs/promises";
import { join, parse } from "node:path";

/**
 * The path as it is spelled on the disk: a name written with composed letters finds one stored with
 * decomposed letters, and vice versa.
 */
export async function onDisk(path: string): Promise<string> {
  if (await exists(path)) return path;
  const { root } = parse(path);
  let found = root;
  for (const name of path.slice(root.length).split("/").filter(Boolean)) {
    const spelled = await spelledIn(found, name);
    if (spelled === undefined) return path;
    found = join(found, spelled);
  }
  return found;
}

async function spelledIn(folder: string, name: string): Promise<string | undefined> {
  if (await exists(join(folder, name))) return name;
  // Letters without accents have one encoding, and a folder may have a million names.
  if (isAscii(name)) return undefined;
  const names = await readdir(folder).catch(() => []);
  const wanted = name.normalize("NFC");
  return names.find((other) => other.normalize("NFC") === wanted);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}
