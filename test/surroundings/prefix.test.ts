// A service below a path of another server: a proxy takes the prefix away, and every link has it.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";

const prefix = "/data/longshore";
let service: Service;
let proxy: Server;
let folder: string;
/** as clients are told, with the prefix; and where the proxy calls */
let base: string;
let internal: string;

beforeAll(async () => {
  folder = temporaryFolder("prefix");
  writeFileSync(join(folder, "a.csv"), "x\n1\n");
  proxy = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "/";
    if (!path.startsWith(`${prefix}/`)) {
      outgoing.writeHead(421).end("not below the prefix");
      return;
    }
    const { method, headers } = incoming;
    const passed = request(internal + path.slice(prefix.length), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${prefix}`;
  service = await startService({ PUBLIC_URL: base, INPUT_ROOTS: folder, LOCAL_WORKERS: "1" });
  internal = /"url":"([^"]+)","msg":"workers call"/.exec(service.stderr())?.[1] ?? "";
}, 120_000);
afterAll(async () => {
  await service?.remove();
  proxy.closeAllConnections();
  proxy.close();
  rmSync(folder, { recursive: true, force: true });
});

const submission = () => ({
  dataset: { files: [join(folder, "a.csv")] },
  steps: [{ operation: "transform", selection: "select * from input", format: "csv" }],
});

test("a request is found by its Location, its links, its results' URLs and its receipt's", async () => {
  const submitted = await fetch(`${base}/v1/requests`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(submission()),
  });
  const location = new URL(submitted.headers.get("location") ?? "", submitted.url).href;
  const { id, links } = (await json(location)) as { id: string; links: Record<string, string> };
  expect(location).toBe(`${base}/v1/requests/${id}`);

  await (await fetch(`${base}/v1/requests/${id}/events`)).text();
  const { cancel, ...readable } = links;
  expect(cancel).toBe(`${prefix}/v1/requests/${id}/cancel`);
  for (const link of Object.values(readable))
    expect(await statusOf(new URL(link, location).href), link).toBe(200);
  const results = (await json(`${base}/v1/requests/${id}/results`)) as {
    items: { url: string }[];
  };
  expect(await (await fetch(results.items[0]?.url ?? "")).text()).toBe("x\n1\n");
  const receipt = JSON.stringify(await json(`${base}/v1/requests/${id}/receipt`));
  const payload = /"payload":"([\w-]+)"/.exec(receipt)?.[1];
  const said = payload ? Buffer.from(payload, "base64url").toString() : receipt;
  expect(said).toContain(base);
  expect(said).toContain(`${prefix}/v1/requests/${id}/results`);
});

test.each(["/docs", "/docs/"])(
  "%s and what it loads are there, and so is the API",
  async (path) => {
    const page = await fetch(base + path);
    const html = await page.text();
    expect(page.status).toBe(200);
    const loaded = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link]) => link ?? "");
    expect(loaded.length).toBeGreaterThan(3);
    for (const link of loaded) expect(await statusOf(new URL(link, page.url).href), link).toBe(200);
    const start = await (await fetch(new URL("docs/start.js", page.url))).text();
    const document = /"url":"([^"]+)"/.exec(start)?.[1] ?? "";
    const found = await fetch(new URL(document, page.url));
    const { servers } = (await found.json()) as { servers: { url: string }[] };
    const server = new URL(servers[0]?.url ?? "", found.url).href.replace(/\/$/, "");
    expect(await statusOf(`${server}/v1/operations`)).toBe(200);
  },
);

test("a problem names the address that was called", async () => {
  const { instance } = (await json(`${base}/v1/requests/none`)) as { instance: string };
  expect(instance).toBe(`${prefix}/v1/requests/none`);
});

test("the façade's pages and the pages of a client are below it too", async () => {
  expect(await statusOf(`${base}/servicex`)).toBe(200);
  expect(await statusOf(`${base}/.well-known/longshore-keys`)).toBe(200);
});

test("the command line submits, waits, downloads and verifies through it; the ready line names it", async () => {
  expect(service.stdout()).toContain(`Longshore is ready at ${base}`);
  const longshore = (...args: string[]) =>
    runCli(args, { cwd: folder, env: { LONGSHORE_URL: base } });
  const submitted = await longshore(
    ...["submit", "--files", "a.csv", "--sql", "select x + 1 as x from input", "--format", "csv"],
    ...["--wait", "--download", "out"],
  );
  expect(submitted).toMatchObject({ code: 0 });
  expect(readFileSync(submitted.stdout.trim(), "utf8")).toBe("x\n2\n");
});

async function json(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.status;
}
