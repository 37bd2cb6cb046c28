import { open, rm } from "node:fs/promises";
import { diskRoom, inMegabytes } from "../../disk-room.ts";
import { RequestError, UnavailableError } from "../../errors.ts";
import { toStoreError } from "./files.ts";

export interface Room {
  /**
   * A file of so many bytes could not be written. Rejects with the error, or with a refusal if the
   * whole file system is smaller; else the next probe needs as many bytes.
   */
  onFailure(error: unknown, bytes: number | undefined): Promise<never>;
  /** A file of so many bytes was written: the next probe needs no more. */
  onStored(bytes: number): void;
  /**
   * Writes a file and removes it. Rejects with a sentence if that fails. Calls at the same time
   * share one probe, and one that succeeded counts for two seconds.
   */
  probe(): Promise<void>;
}

const leastBytes = 4096;
/** A larger probe would take room from results that are being stored. */
const mostBytes = 16 * 2 ** 20;
const keepMilliseconds = 2_000;

/**
 * Whether there is room in the store's folder. Free blocks that a file system reports say little:
 * quotas and reserved blocks are not among them, and a large result may not fit into a few.
 */
export function makeRoom(folder: string, draftPath: () => string): Room {
  let bytes = leastBytes;
  let running: Promise<void> | undefined;
  let failures = 0;
  let goodUntil = 0;

  return {
    async onFailure(error, size = 0) {
      if (!(error instanceof UnavailableError)) throw error;
      failures += 1;
      goodUntil = 0;
      if (error.status !== 507) throw error;
      const { total } = await diskRoom(folder);
      if (size >= total) throw tooLarge(size, total);
      bytes = Math.min(Math.max(bytes, size), mostBytes);
      throw error;
    },
    onStored(size) {
      bytes = Math.min(bytes, Math.max(size, leastBytes));
    },
    async probe() {
      if (performance.now() < goodUntil) return;
      running ??= write().finally(() => {
        running = undefined;
      });
      await running;
    },
  };

  async function write(): Promise<void> {
    const path = draftPath();
    const failuresBefore = failures;
    try {
      await writeZeros(path, bytes);
      if (failures !== failuresBefore) return;
      bytes = leastBytes;
      goodUntil = performance.now() + keepMilliseconds;
    } catch (error) {
      throw toStoreError(error);
    } finally {
      await rm(path, { force: true });
    }
  }
}

/** No waiting helps; so it is not the 507 of a store in which room can be made. */
function tooLarge(size: number, total: number): RequestError {
  return new RequestError(
    413,
    "too_large",
    `The object has ${inMegabytes(size)}, and the whole file system of the store has ` +
      `${inMegabytes(total)}.`,
  );
}

async function writeZeros(path: string, bytes: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(Buffer.alloc(bytes));
  } finally {
    await file.close();
  }
}
