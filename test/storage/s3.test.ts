import { expect, test, vi } from "vitest";
import { readConfig } from "../../src/config.ts";
import { openStore } from "../../src/storage/open.ts";
import { startEndpoint } from "../s3/endpoint.ts";
import { hostile } from "../surroundings/hostile.ts";
import { storeSuite } from "./suite.ts";

const unused = { publicUrl: () => "", internalUrl: () => "", signingKey: Buffer.alloc(32) };

/** One bucket of ours for all, since a key of our endpoint reaches only one. */
const ourEndpoint = async () => {
  const endpoint = await startEndpoint();
  const bucket = endpoint.newRequest();
  const { accessKey, secretKey } = endpoint.keys(bucket, "write");
  const host = `127.0.0.1:${endpoint.port}`;
  const url = `s3://${accessKey}:${secretKey}@${host}/${bucket}/some/folder?tls=false`;
  const store = await openStore(readConfig({ STORE_URL: url }), unused);
  return {
    store,
    longestName: 1024 - 2 * 64,
    async close() {
      await store.close();
      await endpoint.close();
      expect(endpoint.faults).toEqual([]);
    },
  };
};
storeSuite(ourEndpoint, { replaces: false });

test("a store that STORE_URL names whole takes nothing from AWS_* variables", async () => {
  for (const [name, value] of Object.entries(hostile))
    if (name.startsWith("AWS_")) vi.stubEnv(name, value);
  const endpoint = await startEndpoint();
  const bucket = endpoint.newRequest();
  const { accessKey, secretKey } = endpoint.keys(bucket, "write");
  const host = `127.0.0.1:${endpoint.port}`;
  const url = `s3://${accessKey}:${secretKey}@${host}/${bucket}/folder?tls=false`;
  const store = await openStore(readConfig({ STORE_URL: url }), unused);
  await store.put(bucket, "x", Buffer.from("abc"));
  expect(await store.list(bucket)).toMatchObject([{ name: "x", size: 3 }]);
  const signed = await store.signedUrl("GET", bucket, "x", 60, "public");
  expect(await (await fetch(signed)).text()).toBe("abc");
  await store.close();
  await endpoint.close();
  vi.unstubAllEnvs();
});

test("a store that is not there is unavailable, and its check says so", async () => {
  const store = await openStore(
    readConfig({ STORE_URL: "s3://key:secret@127.0.0.1:1/?tls=false" }),
    unused,
  );
  await expect(store.check()).rejects.toThrow("The object store cannot be reached (ECONNREFUSED).");
  await expect(store.put("bucket", "x", Buffer.from("x"))).rejects.toMatchObject({
    name: "UnavailableError",
  });
});

test("a store that refuses our key names the setting", async () => {
  const endpoint = await startEndpoint();
  const store = await openStore(
    readConfig({ STORE_URL: `s3://wrong:secret@127.0.0.1:${endpoint.port}/b-u-c/?tls=false` }),
    unused,
  );
  await expect(store.put("bucket", "x", Buffer.from("x"))).rejects.toThrow(
    /refuses the credentials.*STORE_URL/,
  );
  await endpoint.close();
});
