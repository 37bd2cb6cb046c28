// Whether the folders of a walk are at its end as they were when they were read.
import { createHash } from "node:crypto";

interface Watched {
  location: string;
  namesIfChanged(): Promise<string[] | undefined>;
  /** the names that matter among these */
  wantedOf(names: string[]): string[];
  /** of the names that mattered then: a folder may have a million */
  digest: string;
}

/** On a network file system, each is a round trip. */
const atOnce = 32;

export function watchFolders() {
  const folders: Watched[] = [];
  return {
    add(
      location: string,
      { namesIfChanged }: Partial<Pick<Watched, "namesIfChanged">>,
      wanted: readonly string[],
      wantedOf: Watched["wantedOf"],
    ): void {
      if (namesIfChanged)
        folders.push({ location, namesIfChanged, wantedOf, digest: digestOf(wanted) });
    },
    /** Names that do not matter, such as those of other files, may change. */
    async changed(signal: AbortSignal): Promise<string[]> {
      const changed: string[] = [];
      for (let at = 0; at < folders.length; at += atOnce) {
        signal.throwIfAborted();
        const some = folders.slice(at, at + atOnce);
        const areChanged = await Promise.all(some.map(isChanged));
        for (const [index, { location }] of some.entries())
          if (areChanged[index]) changed.push(location);
      }
      return changed;
    },
  };
}

async function isChanged({ namesIfChanged, wantedOf, digest }: Watched): Promise<boolean> {
  try {
    const names = await namesIfChanged();
    return names !== undefined && digestOf(wantedOf(names)) !== digest;
  } catch {
    // Removed, or no longer readable.
    return true;
  }
}

function digestOf(names: readonly string[]): string {
  const hash = createHash("sha256");
  for (const name of names) hash.update(name).update("\0");
  return hash.digest("base64");
}
