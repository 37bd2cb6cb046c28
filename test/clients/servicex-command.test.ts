// The command `servicex` as it is on PyPI.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violationsOf } from "../facades/servicex/violations.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { makeClient } from "./servicex-client.ts";

const data = temporaryFolder("inputs");
const many = Array.from({ length: 500 }, (_, index) => join(data, `${index}.csv`));

let service: Service;
beforeAll(async () => {
  for (const path of many) writeFileSync(path, "n\n1\n");
  // Without a worker, so that the transform still runs when it is canceled
  service = await startService({ RUNNER: "external", INPUT_ROOTS: data });
});
afterAll(async () => {
  expect(await violationsOf(service)).toEqual([]);
  await service.remove();
});

test("the command servicex lists, cancels and deletes transforms and datasets", async () => {
  const client = await makeClient("3.3.1", service.url);
  const older = await makeClient("3.0.1", service.url);
  const id = await submit(many, "select n + 2 as n from input");
  expect((await client.command("codegen", "list")).out).toMatch("sql");
  for (const one of [client, older])
    expect((await one.command("transforms", "list")).out).toMatch(id);
  // It does what it says and then trips over itself, as it does with ServiceX's own server.
  await client.command("transforms", "cancel", id);
  expect((await transformations()).find((one) => one.request_id === id)?.status).toBe("Canceled");
  await client.command("transforms", "delete", id);
  expect((await transformations()).some((one) => one.request_id === id)).toBe(false);

  const listed = (await client.command("datasets", "list", "--did-finder", "user")).out;
  const dataset = /^\s*(\d+)\s/m.exec(listed.replaceAll(/[│┃]/g, " "))?.[1] ?? "";
  expect(dataset).toMatch(/^\d+$/);
  expect((await client.command("datasets", "get", dataset)).out).toMatch("499.csv");
  expect((await client.command("datasets", "delete", dataset)).out).toMatch(/deleted/i);
  const { is_stale: stale } = (await (
    await fetch(`${service.url}/servicex/datasets/${dataset}`)
  ).json()) as { is_stale: boolean };
  expect(stale).toBe(true);
});

interface Listed {
  request_id: string;
  status: string;
}

async function transformations(): Promise<Listed[]> {
  const answer = await fetch(`${service.url}/servicex/transformation`);
  return ((await answer.json()) as { requests: Listed[] }).requests;
}

async function submit(files: string[], selection: string): Promise<string> {
  const body = JSON.stringify({
    "file-list": files,
    selection,
    "result-destination": "object-store",
    "result-format": "parquet",
  });
  const answer = await fetch(`${service.url}/servicex/transformation`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  return ((await answer.json()) as Listed).request_id;
}
