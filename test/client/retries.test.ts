import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { request as httpRequest, type RequestListener } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { downloadResults, type Target } from "../../src/client/download.ts";
import { UnreachableError } from "../../src/client/errors.ts";
import { mayHaveArrived } from "../../src/client/retry.ts";
import type { ResultView, Submit } from "../../src/client/views.ts";
import { folderStoreWithUrls, listen } from "../storage/object-server.ts";
import { type Api, openApi } from "../support/api.ts";
import { runCli } from "../support/cli.ts";
import { cutLine } from "../support/cut-line.ts";
import { temporaryFolder } from "../support/folder.ts";

let api: Api;
let objects: Awaited<ReturnType<typeof folderStoreWithUrls>>;
const bucket = randomUUID();
const content = Buffer.alloc(3_000_000, "0123456789abcdef-");

beforeAll(async () => {
  api = await openApi();
  objects = await folderStoreWithUrls(temporaryFolder("retries"));
  await objects.store.put(bucket, "result", content);
}, 120_000);
afterAll(async () => {
  await api.close();
  await objects.close();
});

const body: Submit = { dataset: { files: ["a", "b"] }, steps: [{ operation: "noop" }] };
const requests = async () => (await new Longshore({ url: api.url }).list({ limit: 200 })).items;

test("a submit whose answer is lost on the way is repeated, and makes one request", async () => {
  const before = (await requests()).length;
  const line = await cutLine(Number(new URL(api.url).port), [0, 40]);
  const submitted = await new Longshore({ url: line.url }).submit(body);
  expect(line.connections()).toBe(3);
  const now = await requests();
  expect(now).toHaveLength(before + 1);
  expect(now[0]?.id).toBe(submitted.id);
  await line.close();
});

test("two calls of submit make two requests", async () => {
  const client = new Longshore({ url: api.url });
  const [one, two] = [await client.submit(body), await client.submit(body)];
  expect(one.id).not.toBe(two.id);
});

test("the submit command repeats a lost call too", async () => {
  const before = (await requests()).length;
  const line = await cutLine(Number(new URL(api.url).port), [0]);
  const args = ["submit", "--files", "a", "--operation", "noop"];
  const { code, stdout } = await runCli(args, { env: { LONGSHORE_URL: line.url } });
  expect(code).toBe(0);
  const now = await requests();
  expect(now).toHaveLength(before + 1);
  expect(now[0]?.id).toBe(stdout.trim());
  await line.close();
});

test("a submit that may have arrived names the key to repeat it with, also with --quiet", async () => {
  const busy = { status: 503, headers: { "retry-after": "100" }, text: "" };
  const gateway = await listen(unavailableAt(api.url, [busy]));
  const args = ["submit", "--files", "a", "--operation", "noop", "--quiet"];
  const { code, stderr } = await runCli(args, { env: { LONGSHORE_URL: gateway.url } });
  expect(code).toBe(4);
  expect(stderr).toMatch(/may have been recorded.* --idempotency-key [0-9a-f-]{36}\n/);
  await gateway.close();
});

test("a submit is repeated while the service is unavailable, as soon as it allows", async () => {
  const replies = [
    { status: 502, headers: { "content-type": "text/html" }, text: "<h1>Bad gateway</h1>" },
    { status: 503, headers: { "retry-after": "0" }, text: "" },
  ];
  const gateway = await listen(unavailableAt(api.url, replies));
  const submitted = await new Longshore({ url: gateway.url }).submit(body);
  expect((await requests())[0]?.id).toBe(submitted.id);
  expect(replies).toEqual([]);
  await gateway.close();
});

test("a call too many is repeated when the service takes it, and not where it names no time", async () => {
  const tooMany = (headers: Record<string, string>) => ({
    status: 429,
    headers: { "content-type": "application/problem+json", ...headers },
    text: JSON.stringify({ type: "urn:longshore:problem:too_many_calls", detail: "Too many." }),
  });
  const replies = [tooMany({ "retry-after": "0" }), tooMany({})];
  const gateway = await listen(unavailableAt(api.url, replies));
  const client = new Longshore({ url: gateway.url });
  const error = await client.submit(body).catch((reason) => reason);
  expect(error).toMatchObject({ status: 429, code: "too_many_calls" });
  expect(mayHaveArrived(error)).toBe(false);
  expect(replies).toEqual([]);
  await gateway.close();
});

test("a refused submit is not repeated, nor one that waited too long", async () => {
  const client = new Longshore({ url: api.url });
  const refused = client.submit({ ...body, steps: [] });
  await expect(refused).rejects.toMatchObject({ status: 400 });
  const busy = Array.from({ length: 9 }, () => ({ status: 503, headers: {}, text: "" }));
  const gateway = await listen(unavailableAt(api.url, busy));
  const given = new Longshore({ url: gateway.url }).submit(body, { patienceSeconds: 0.1 });
  await expect(given).rejects.toThrow("returned 503");
  expect(busy).toHaveLength(8);
  await gateway.close();
});

test("a submit that may have arrived is told apart, also when the service is gone afterwards", async () => {
  const server = await listen((_request, response) => {
    response.destroy();
    void server.close();
  });
  const client = new Longshore({ url: server.url });
  const error = await client.submit(body, { patienceSeconds: 1 }).catch((reason) => reason);
  expect(mayHaveArrived(error)).toBe(true);
  const never = await client.submit(body, { patienceSeconds: 1 }).catch((reason) => reason);
  expect(mayHaveArrived(never)).toBe(false);
});

test("a download goes on where the connection broke", async () => {
  const line = await cutLine(objects.port, [1_000_000, 500_000]);
  const folder = temporaryFolder("resumed");
  await downloadResults(results(line.url), into(folder), {});
  expect(readFileSync(`${folder}/result`).equals(content)).toBe(true);
  expect(readdirSync(folder)).toEqual(["result"]);
  expect(line.connections()).toBe(3);
  await line.close();
  rmSync(folder, { recursive: true });
});

test("a download starts again where the server sends no parts", async () => {
  const sent = { whole: 0, cut: 2 };
  const server = await listen((_request, response) => {
    response.writeHead(200, { "content-length": content.length });
    if (sent.cut-- <= 0) {
      sent.whole++;
      response.end(content);
    } else response.write(content.subarray(0, 100_000), () => response.destroy());
  });
  const folder = temporaryFolder("again");
  await downloadResults(results(server.url), into(folder), {});
  expect(readFileSync(`${folder}/result`).equals(content)).toBe(true);
  expect(sent.whole).toBe(1);
  await server.close();
});

test("the rest of another object is not put behind the beginning of the first", async () => {
  const statuses: number[] = [];
  const server = await listen((request, response) => {
    const [start] = /\d+/.exec(request.headers.range ?? "") ?? [];
    statuses.push(start === undefined ? 200 : 206);
    if (start !== undefined) {
      const range = `bytes ${start}-${content.length - 1}/${content.length}`;
      response.writeHead(206, { etag: '"other"', "content-range": range });
      response.end(Buffer.alloc(content.length - Number(start), "x"));
    } else {
      response.writeHead(200, { etag: '"first"', "content-length": content.length });
      if (statuses.length > 1) response.end(content);
      else response.write(content.subarray(0, 100_000), () => response.destroy());
    }
  });
  const folder = temporaryFolder("other");
  await downloadResults(withoutChecksum(results(server.url)), into(folder), {});
  expect(readFileSync(`${folder}/result`).equals(content)).toBe(true);
  expect(statuses.at(-1)).toBe(200);
  await server.close();
});

test("a download is repeated after 5xx, and not after 404", async () => {
  const replies = [500, 503].map((status) => ({
    status,
    headers: { "retry-after": "0" },
    text: "",
  }));
  const gateway = await listen(unavailableAt(objects.url, replies));
  const folder = temporaryFolder("unavailable");
  await downloadResults(results(gateway.url), into(folder), {});
  expect(readFileSync(`${folder}/result`).equals(content)).toBe(true);
  replies.push({ status: 404, headers: { "retry-after": "0" }, text: "" });
  const other = temporaryFolder("missing");
  await expect(downloadResults(results(gateway.url), into(other), {})).rejects.toThrow(
    "returned 404",
  );
  expect(readdirSync(other)).toEqual([]);
  await gateway.close();
});

test("what arrives shorter, longer or different is no result", async () => {
  const wrong: [Buffer, RegExp][] = [
    [content.subarray(0, 1000), /only 1000 of 3000000 bytes/],
    [Buffer.concat([content, Buffer.from("x")]), /more than 3000000 bytes/],
    [Buffer.alloc(content.length, "x"), /different checksum/],
  ];
  for (const [sent, reason] of wrong) {
    const server = await listen((_request, response) => void response.end(sent));
    const folder = temporaryFolder("wrong");
    const downloading = downloadResults(results(server.url), into(folder), { patienceSeconds: 1 });
    await expect(downloading).rejects.toThrow(reason);
    expect(readdirSync(folder)).toEqual([]);
    await server.close();
  }
});

test("the list of results is given up when its caller says so, or has waited long enough", async () => {
  const id = randomUUID();
  const silent = await listenSilently();
  const stop = new AbortController();
  const given = new Longshore({ url: silent.url }).results(id, { signal: stop.signal }).next();
  await silent.arrival;
  stop.abort(new Error("no longer wanted"));
  await expect(given).rejects.toThrow("no longer wanted");
  await silent.close();

  const busy = Array.from({ length: 9 }, () => ({ status: 503, headers: {}, text: "" }));
  const gateway = await listen(unavailableAt(api.url, busy));
  const client = new Longshore({ url: gateway.url });
  await expect(client.results(id, { patienceSeconds: 0.1 }).next()).rejects.toThrow("returned 503");
  const folder = temporaryFolder("impatient");
  await expect(client.download(id, folder, { patienceSeconds: 0.1 })).rejects.toThrow(
    "returned 503",
  );
  expect(readdirSync(folder)).toEqual([]);
  await gateway.close();
});

test("a wait is given up when its caller says so, or the service is silent for too long", async () => {
  const silent = await listenSilently();
  const client = new Longshore({ url: silent.url });
  const stop = new AbortController();
  const given = client.wait(randomUUID(), { signal: stop.signal });
  await silent.arrival;
  stop.abort(new Error("no longer wanted"));
  await expect(given).rejects.toThrow("no longer wanted");

  const silences: string[] = [];
  const onSilence = (reason: string) => silences.push(reason);
  const impatient = client.wait(randomUUID(), { patienceSeconds: 0.1, onSilence });
  await expect(impatient).rejects.toBeInstanceOf(UnreachableError);
  expect(silences).toHaveLength(1);
  await silent.close();
});

test("a wait without patience gives a service that answers the time to do so", async () => {
  const server = await listen((_request, response) => {
    response.setHeader("content-type", "application/json");
    setTimeout(() => response.end(JSON.stringify({ state: "complete", counters: {} })), 100);
  });
  const client = new Longshore({ url: server.url });
  const ended = await client.wait(randomUUID(), { patienceSeconds: 0 });
  expect(ended.state).toBe("complete");
  await server.close();
});

/** A server that never answers; `arrival` resolves at its first call. */
async function listenSilently() {
  let arrived = (): void => undefined;
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  return { ...(await listen(() => arrived())), arrival };
}

/** under the names that the results have */
const into = (folder: string): Target => ({
  folder,
  nameOf: ({ name }) => name,
  mayReplace: () => true,
  record: async () => undefined,
});

async function* withoutChecksum(all: AsyncIterable<ResultView>): AsyncGenerator<ResultView> {
  for await (const result of all) yield { ...result, checksum: null };
}

/** the result of the store, at another address */
async function* results(origin: string): AsyncGenerator<ResultView> {
  const { pathname, search } = new URL(
    await objects.store.signedUrl("GET", bucket, "result", 600, "public"),
  );
  yield {
    seq: 1,
    file: 1,
    input: null,
    step: 1,
    attempt: 1,
    name: "result",
    size: content.length,
    checksum: createHash("sha256").update(content).digest("hex"),
    created_at: new Date(0).toISOString(),
    url: `${origin}${pathname}${search}`,
  };
}

/** Gives these replies first, then passes calls on. */
function unavailableAt(
  target: string,
  replies: { status: number; headers: Record<string, string>; text: string }[],
): RequestListener {
  return (incoming, outgoing) => {
    const reply = replies.shift();
    if (reply) {
      incoming.resume();
      outgoing.writeHead(reply.status, reply.headers).end(reply.text);
      return;
    }
    const { host, ...headers } = incoming.headers;
    const { method } = incoming;
    const asked = httpRequest(`${target}${incoming.url}`, { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 0, response.headers);
      response.pipe(outgoing);
    });
    incoming.pipe(asked);
  };
}
