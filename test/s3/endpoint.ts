import { randomBytes, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { Writable } from "node:stream";
import { loggerTo } from "../../src/log.ts";
import type { KeyKind } from "../../src/requests/keys/keys.ts";
import { makeS3App } from "../../src/s3/app.ts";
import type { Result, Results } from "../../src/s3/bucket-view.ts";
import { type Credentials, requestCredentials } from "../../src/s3/credentials.ts";
import type { Store } from "../../src/storage/contract.ts";
import { byUtf8 } from "../../src/storage/order.ts";
import { folderStoreWithUrls, type Listening, listen } from "../storage/object-server.ts";
import { temporaryFolder } from "../support/folder.ts";

export interface Endpoint extends Listening {
  store: Store;
  /** a request that exists */
  newRequest(): string;
  keys(request: string, kind: KeyKind): Credentials;
  /** puts an object and records it as a result, as the ledger would */
  addResult(request: string, name: string, content: Buffer): Promise<Result>;
  /** what it logged as its own fault */
  faults: string[];
}

/**
 * Our endpoint in front of a store; the ledger's part is played by a map, in the order that
 * Postgres has.
 */
export async function startEndpoint({
  store,
  newerKeys = [],
  uploadLimitBytes = 1 << 30,
}: {
  store?: Store;
  /** keys that came after the one that signs here */
  newerKeys?: Buffer[];
  uploadLimitBytes?: number;
} = {}): Promise<Endpoint> {
  const folder = temporaryFolder("s3");
  const own = store ? undefined : await folderStoreWithUrls(folder);
  const behind = store ?? own?.store;
  if (!behind) throw new Error("no store");
  const rootKey = randomBytes(32);
  const ledger = new Map<string, Map<string, Result>>();
  const results: Results = {
    async resultsOf(request, { prefix, after, limit }) {
      const all = [...(ledger.get(request)?.values() ?? [])].sort((a, b) => byUtf8(a.name, b.name));
      return all
        .filter(({ name }) => name.startsWith(prefix) && (after === "" || byUtf8(name, after) > 0))
        .slice(0, limit);
    },
    resultNamed: async (request, name) => ledger.get(request)?.get(name),
    isRecorded: async (request, name) => ledger.get(request)?.has(name) ?? false,
  };
  const faults: string[] = [];
  const log = loggerTo(
    new Writable({
      write(line, _encoding, done) {
        faults.push(String(line));
        done();
      },
    }),
    "error",
  );
  const listening = await listen(
    makeS3App({
      store: behind,
      rootKeys: [...newerKeys, rootKey],
      results,
      keyProblem: async ({ request }) => (ledger.has(request) ? undefined : "deleted"),
      log,
      uploadLimitBytes,
    }),
  );
  return {
    ...listening,
    store: behind,
    faults,
    newRequest() {
      const id = randomUUID();
      ledger.set(id, new Map());
      return id;
    },
    keys: (request, kind) => requestCredentials(rootKey, request, kind),
    async addResult(request, name, content) {
      const { size, checksum } = await behind.put(request, name, content);
      const modifiedAt = (await behind.head(request, name))?.modifiedAt ?? new Date();
      const result = { name, size, checksum, modifiedAt };
      ledger.get(request)?.set(name, result);
      return result;
    },
    async close() {
      await listening.close();
      await own?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
