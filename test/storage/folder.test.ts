import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Store } from "../../src/storage/contract.ts";
import { openFolderStore } from "../../src/storage/folder.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";
import { folderStoreWithUrls } from "./object-server.ts";
import { storeSuite } from "./suite.ts";

describe("the folder store", () => {
  storeSuite(async () => {
    const folder = temporaryFolder("store");
    const { store, close } = await folderStoreWithUrls(folder);
    return {
      store,
      async close() {
        await close();
        rmSync(folder, { recursive: true });
      },
    };
  });
});

describe("its folder", () => {
  const noUrls: Store["signedUrl"] = async () => "";

  test("checksums survive a restart", async () => {
    const folder = temporaryFolder("store");
    const [bucket, long] = [randomUUID(), "x".repeat(1000)];
    const { checksum } = await (await openFolderStore(folder, noUrls)).put(
      bucket,
      long,
      Buffer.from("content"),
    );
    const store = await openFolderStore(folder, noUrls);
    expect(await store.list(bucket)).toMatchObject([{ name: long, checksum }]);
  });

  test("an object changed behind the store's back is not given its old checksum", async () => {
    const folder = temporaryFolder("store");
    const store = await openFolderStore(folder, noUrls);
    const bucket = randomUUID();
    await store.put(bucket, "x", Buffer.from("content"));
    truncateSync(join(folder, bucket, "x"), 3);
    const object = await store.head(bucket, "x");
    expect(object?.size).toBe(3);
    expect(object?.checksum).toBeUndefined();
  });

  test("a half-written record is ignored", async () => {
    const folder = temporaryFolder("store");
    const bucket = randomUUID();
    await (await openFolderStore(folder, noUrls)).put(bucket, "x", Buffer.from("content"));
    writeFileSync(join(folder, bucket, ".meta", "x"), '{"checks');
    const store = await openFolderStore(folder, noUrls);
    expect(await store.head(bucket, "x")).toMatchObject({ size: 7 });
  });

  test("a process killed in the middle of an upload leaves no object, and the next start sweeps its draft", async () => {
    const folder = temporaryFolder("store");
    const bucket = randomUUID();
    const script = `
      import { Readable } from "node:stream";
      import { openFolderStore } from "./src/storage/folder.ts";
      const store = await openFolderStore(process.argv[1], async () => "");
      const body = new Readable({ read() { setImmediate(() => this.push(Buffer.alloc(65536))); } });
      await store.put(process.argv[2], "x", body);`;
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "-e", script, folder, bucket],
      { stdio: "inherit" },
    );
    const drafts = () => readdirSync(join(folder, ".tmp"));
    await until(() => drafts().length > 0, { what: "a draft" });
    const living = await openFolderStore(folder, noUrls);
    expect(drafts().length).toBe(1);
    child.kill("SIGKILL");
    await until(() => child.signalCode !== null);
    expect(await living.list(bucket)).toEqual([]);
    expect(await (await openFolderStore(folder, noUrls)).head(bucket, "x")).toBeUndefined();
    expect(drafts()).toEqual([]);
  });

  test("a store that cannot be used says so in its check", async () => {
    const folder = temporaryFolder("store");
    const store = await openFolderStore(join(folder, "inner"), noUrls);
    rmSync(join(folder, "inner"), { recursive: true });
    writeFileSync(join(folder, "inner"), "a file in the way");
    await expect(store.check()).rejects.toThrow(/store's folder .* cannot be used/);
  });
});
