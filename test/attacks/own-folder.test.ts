// A user asks the service for its own keys, as input of a request that looks like any other.
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConfigError, readConfig } from "../../src/config.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const root = temporaryFolder("own-folder");
const dataDir = join(root, "longshore data");
let service: Service;

beforeAll(async () => {
  mkdirSync(dataDir);
  writeFileSync(join(root, "table.csv"), "a\n1\n");
  symlinkSync(dataDir, join(root, "link"));
  service = await startService({ DATA_DIR: dataDir, INPUT_ROOTS: root });
});
afterAll(async () => {
  await service?.remove();
  rmSync(root, { recursive: true, force: true });
});

interface View {
  id: string;
  state: string;
  counters: { done: number; failed: number };
}

async function call<Body>(path: string, body?: unknown): Promise<Body> {
  const response = await fetch(`${service.url}${path}`, {
    method: body ? "POST" : "GET",
    headers: { "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  expect(response.ok, `${path}: ${response.status}`).toBe(true);
  return (await response.json()) as Body;
}

/** Submits a transform that keeps all text of each file, and returns the request as it ended. */
async function ended(dataset: object): Promise<View> {
  const step = {
    operation: "transform",
    selection: "SELECT * FROM input",
    read: { format: "csv", header: false, all_text: true },
    format: "csv",
  };
  const { id } = await call<View>("/v1/requests", { dataset, steps: [step] });
  return until(async () => {
    const view = await call<View>(`/v1/requests/${id}`);
    return ["complete", "failed", "canceled"].includes(view.state) && view;
  });
}

async function refused(dataset: object): Promise<{ status: number; detail: string }> {
  const response = await fetch(`${service.url}/v1/requests`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ dataset, steps: [{ operation: "transform", selection: "SELECT 1" }] }),
  });
  return (await response.json()) as { status: number; detail: string };
}

function address(path: string): string {
  return `file://${encodeURI(path)}`;
}

function secretFiles(folder: string): string[] {
  const names = readdirSync(join(dataDir, "secrets"));
  expect(names.length).toBeGreaterThan(0);
  return names.map((name) => join(folder, "secrets", name));
}

const refusal = "is not below a folder that may be read";

test("a list that names the service's keys is refused", async () => {
  for (const named of [secretFiles(dataDir), secretFiles(dataDir).map(address)]) {
    const { status, detail } = await refused({ files: named });
    expect(status).toBe(422);
    expect(detail).toContain(refusal);
  }
});

test("a list that names the service's keys through a link reads none of them", async () => {
  const linked = secretFiles(join(root, "link"));
  const files = [...linked, ...linked.map(address)];
  const view = await ended({ files });
  expect(view.counters).toMatchObject({ done: 0, failed: files.length });
  expect(JSON.stringify(await call(`/v1/requests/${view.id}/files`))).toContain(refusal);
});

test.each(["longshore data/secrets/*", "link/secrets/*", "longshore data/**"])(
  "a folder of the service is no dataset: %s",
  async (pattern) => {
    const { status, detail } = await refused({ did: `dir://${root}/${pattern}` });
    expect(status).toBe(400);
    expect(detail).toContain("is not below a folder that inputs may be read from");
  },
);

test("a dataset of the folder above has the user's files, and nothing of the service", async () => {
  const view = await ended({ did: `dir://${root}/**` });
  expect(view.counters).toMatchObject({ done: 1, failed: 0 });
});

test("an input root in a folder of the service ends the start with a sentence", () => {
  const inside = join(dataDir, "secrets");
  expect(() => readConfig({ DATA_DIR: dataDir, INPUT_ROOTS: `${root}:${inside}` })).toThrow(
    ConfigError,
  );
  expect(() => readConfig({ DATA_DIR: dataDir, INPUT_ROOTS: join(root, "link") })).toThrow(
    /INPUT_ROOTS has .* in a folder of the service itself/,
  );
});
