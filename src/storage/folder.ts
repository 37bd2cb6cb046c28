import { constants } from "node:fs";
import { access, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { diskProblem } from "../disk-problem.ts";
import { RequestError, UnavailableError } from "../errors.ts";
import { inWords } from "../system-problem.ts";
import type { ByteRange, Store, StoredObject } from "./contract.ts";
import { openDrafts } from "./folder/drafts.ts";
import { isMissing, openExisting, syncFolder, toStoreError } from "./folder/files.ts";
import type { Place } from "./folder/place.ts";
import { openRecordCache } from "./folder/records.ts";
import { makeRoom } from "./folder/room.ts";
import { namesIn } from "./folder/scan.ts";
import { write } from "./folder/write.ts";
import { checkBucket, checkName, fileNameOf } from "./names.ts";
import { firstInOrder } from "./order.ts";

/** Files read at once: more only queue up for Node's four threads. */
const atOnce = 64;

/** One file per object, `<root>/<bucket>/<name>`. Several processes may share the folder. */
export async function openFolderStore(root: string, signedUrl: Store["signedUrl"]): Promise<Store> {
  const drafts = await openDrafts(root);
  const records = openRecordCache();
  const room = makeRoom(root, drafts.path);

  async function head(bucket: string, name: string): Promise<StoredObject | undefined> {
    const place = placeOf(root, bucket, name);
    const file = await statExisting(place.path);
    if (!file?.isFile()) return undefined;
    const checksum = (await records.of(place.record, file))?.checksum;
    return { bucket, name, size: file.size, modifiedAt: file.mtime, ...(checksum && { checksum }) };
  }

  async function list(
    bucket: string,
    { prefix = "", after = "", limit = Number.POSITIVE_INFINITY } = {},
  ): Promise<StoredObject[]> {
    checkBucket(bucket);
    const names = await firstInOrder(namesIn(join(root, bucket), { prefix, after }), limit);
    const found: StoredObject[] = [];
    for (let at = 0; at < names.length; at += atOnce) {
      const some = await Promise.all(
        names.slice(at, at + atOnce).map((name) => head(bucket, name)),
      );
      found.push(...some.filter((object) => object !== undefined));
    }
    // Some were removed meanwhile; a short page would mean that nothing follows.
    const last = names.at(-1);
    if (found.length === names.length || names.length < limit || last === undefined) return found;
    return [
      ...found,
      ...(await list(bucket, { prefix, after: last, limit: limit - found.length })),
    ];
  }

  return {
    kind: "folder",

    async put(bucket, name, body, options = {}) {
      const place = placeOf(root, bucket, name);
      const size = Buffer.isBuffer(body) ? body.length : options.size;
      const record = await write(place, drafts.path(), body, options).catch((error: unknown) =>
        room.onFailure(error, size),
      );
      room.onStored(record.size);
      records.keep(place.record, record);
      return { size: record.size, checksum: record.checksum };
    },

    async get(bucket, name, range) {
      const place = placeOf(root, bucket, name);
      const file = await openExisting(place.path);
      if (!file) return undefined;
      try {
        const stats = await file.stat();
        if (!stats.isFile()) throw new RequestError(404, "not_found", "This is not an object.");
        refuseOutside(range, stats.size);
        const checksum = (await records.of(place.record, stats))?.checksum;
        const object = {
          bucket,
          name,
          size: stats.size,
          modifiedAt: stats.mtime,
          ...(checksum && { checksum }),
        };
        return { body: file.createReadStream(range), object };
      } catch (error) {
        await file.close();
        throw toStoreError(error);
      }
    },

    head,
    list,

    async remove(bucket, names) {
      checkBucket(bucket);
      for (const name of names) {
        const { path, record } = placeOf(root, bucket, name);
        await rm(path, { force: true });
        await rm(record, { force: true });
        records.forget(record);
      }
      if (names.length > 0) await syncFolder(join(root, bucket)).catch(ignoreMissing);
    },

    async makeBucket(bucket) {
      checkBucket(bucket);
      await mkdir(join(root, bucket), { recursive: true, mode: 0o700 });
    },

    /** Disappears at once for readers; after a crash the next start removes the rest. */
    async removeBucket(bucket) {
      checkBucket(bucket);
      const trash = drafts.path();
      await rename(join(root, bucket), trash).catch(ignoreMissing);
      await syncFolder(root);
      await rm(trash, { recursive: true, force: true });
    },

    async buckets() {
      const entries = await readdir(root, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
        .map((entry) => entry.name);
    },

    async signedUrl(verb, bucket, name, seconds, audience) {
      placeOf(root, bucket, name);
      return signedUrl(verb, bucket, name, seconds, audience);
    },

    /** The service itself refuses to replace an object. */
    async signedUpload(bucket, name, seconds) {
      placeOf(root, bucket, name);
      return { url: await signedUrl("PUT", bucket, name, seconds, "internal") };
    },

    async check() {
      try {
        await mkdir(root, { recursive: true, mode: 0o700 });
        await access(root, constants.W_OK | constants.X_OK);
        await room.probe();
      } catch (error) {
        if (error instanceof UnavailableError || diskProblem(error)) throw toStoreError(error);
        throw new UnavailableError(
          `The store's folder ${root} cannot be used: ${inWords(error)}.`,
          10,
        );
      }
    },

    async close() {
      await Promise.resolve();
    },
  };
}

function placeOf(root: string, bucket: string, name: string): Place {
  checkBucket(bucket);
  checkName(name);
  const folder = join(root, bucket);
  const file = fileNameOf(name);
  return { root, folder, path: join(folder, file), record: join(folder, ".meta", file), name };
}

async function statExisting(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw toStoreError(error);
  }
}

function refuseOutside(range: ByteRange | undefined, size: number): void {
  if (range && (range.start >= size || (range.end ?? range.start) < range.start)) {
    throw new RequestError(
      416,
      "bad_range",
      `The object has ${size} bytes; none are in the requested range.`,
    );
  }
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw toStoreError(error);
}
