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
      for (const folder of folders) {
        signal.throwIfAborted();
        if (await isChanged(folder)) changed.push(folder.location);
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
