import { request } from "node:http";
import { expect, test, vi } from "vitest";
import { readConfig } from "../../src/config.ts";
import { openStore } from "../../src/storage/open.ts";
import { startEndpoint } from "../s3/endpoint.ts";
import { hostile } from "../surroundings/hostile.ts";
import { listen } from "./object-server.ts";
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
  await expect(store.check()).rejects.toThrow(
    "The object store cannot be reached: nothing listens there (ECONNREFUSED); check the",
  );
  await expect(store.put("bucket", "x", Buffer.from("x"))).rejects.toMatchObject({
    name: "UnavailableError",
  });
});

test("whether names can be taken twice is asked by the first write, and again after an error", async () => {
  const endpoint = await startEndpoint();
  let isAway = true;
  const asked: string[] = [];
  const gate = await listen((incoming, reply) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    if (isAway) return void reply.writeHead(503).end();
    const { method = "GET", url: path = "/", headers } = incoming;
    const forward = request({ port: endpoint.port, method, path, headers }, (answer) => {
      reply.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(reply);
    });
    incoming.pipe(forward);
  });
  const bucket = endpoint.newRequest();
  const { accessKey, secretKey } = endpoint.keys(bucket, "write");
  const url = `s3://${accessKey}:${secretKey}@127.0.0.1:${gate.port}/${bucket}/some?tls=false`;
  const store = await openStore(readConfig({ STORE_URL: url }), unused);
  expect(asked).toEqual([]);

  await expect(store.put("b-u-c", "x", Buffer.from("x"))).rejects.toMatchObject({
    name: "UnavailableError",
  });
  isAway = false;
  asked.length = 0;
  for (let uploads = 0; uploads < 2; uploads++)
    expect((await store.signedUpload("b-u-c", "x", 60)).headers).toEqual({ "if-none-match": "*" });
  const probes = asked.filter((line) => line.includes("longshore-probe-"));
  expect(probes.map((line) => line.split(" ")[0])).toEqual(["PUT", "PUT", "DELETE"]);
  await store.close();
  await gate.close();
  await endpoint.close();
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
