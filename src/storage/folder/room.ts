import { open, rm } from "node:fs/promises";
import { UnavailableError } from "../../errors.ts";
import { toStoreError } from "./files.ts";

export interface Room {
  /** A file of so many bytes could not be written; the next probe needs as many. */
  onFailure(error: unknown, bytes: number | undefined): void;
  /** Writes a file and removes it. Rejects with a sentence if that fails. */
  probe(): Promise<void>;
}

const leastBytes = 4096;
/** A larger probe would take room from results that are being stored. */
const mostBytes = 16 * 2 ** 20;

/**
 * Whether there is room in the store's folder. Free blocks that a file system reports say little:
 * quotas and reserved blocks are not among them, and a large result may not fit into a few.
 */
export function makeRoom(draftPath: () => string): Room {
  let bytes = leastBytes;

  return {
    onFailure(error, size = 0) {
      if (!(error instanceof UnavailableError) || error.status !== 507) return;
      bytes = Math.min(Math.max(bytes, size), mostBytes);
    },
    async probe() {
      const path = draftPath();
      try {
        await writeZeros(path, bytes);
        bytes = leastBytes;
      } catch (error) {
        throw toStoreError(error);
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

async function writeZeros(path: string, bytes: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(Buffer.alloc(bytes));
  } finally {
    await file.close();
  }
}
