// What was read of the headers of files, as long as this process runs: files are cut again and
// again, and the masks of countries and land are read for each of them.
import { stat } from "node:fs/promises";

export interface HeaderMemory<Header> {
  /**
   * What is remembered of the file at the path; else what `read` finds, which is remembered where
   * it is something.
   */
  of(path: string, read: () => Promise<Header | undefined>): Promise<Header | undefined>;
}

interface Bounds<Header> {
  /** of all that is remembered: the longest unused is forgotten */
  most: number;
  sizeOf(header: Header): number;
}

export function headerMemory<Header>({ most, sizeOf }: Bounds<Header>): HeaderMemory<Header> {
  const known = new Map<string, Header>();
  let total = 0;

  function use(version: string): Header | undefined {
    const header = known.get(version);
    if (header === undefined) return undefined;
    known.delete(version);
    known.set(version, header);
    return header;
  }

  function remember(version: string, header: Header): void {
    if (known.has(version)) return;
    known.set(version, header);
    total += sizeOf(header);
    for (const [oldest, forgotten] of known) {
      if (total <= most) break;
      known.delete(oldest);
      total -= sizeOf(forgotten);
    }
  }

  return {
    async of(path, read) {
      const version = await versionOf(path);
      const found = version === undefined ? undefined : use(version);
      if (found !== undefined) return found;
      const header = await read();
      // Where it was written meanwhile, no file is of this version any more
      if (header !== undefined && version !== undefined) remember(version, header);
      return header;
    },
  };
}

/** One that has just been written may be written again without another time. */
const youngMilliseconds = 2_000;

/** Tells one version of a file from the next, by whatever name: its place, its size and times. */
async function versionOf(path: string): Promise<string | undefined> {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs, mtimeMs } = await stat(path, { bigint: true });
  const newest = Math.max(Number(ctimeMs), Number(mtimeMs));
  if (Date.now() - newest < youngMilliseconds) return undefined;
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
