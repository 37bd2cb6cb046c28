// A pattern that matches nothing: everyone who asks about the request reads why it has no files.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";

const folder = temporaryFolder("nothing");
let service: Service;

beforeAll(async () => {
  mkdirSync(join(folder, "run"));
  writeFileSync(join(folder, "run/_SUCCESS"), "");
  service = await startService({ INPUT_ROOTS: folder, RUNNER: "external" });
}, 120_000);
afterAll(async () => {
  await service?.remove();
  rmSync(folder, { recursive: true });
});

test("the command line, /v1 and the façade say that nothing matches, and where", async () => {
  const longshore = (...args: string[]) =>
    runCli(args, { env: { LONGSHORE_URL: service.url }, cwd: folder });
  const did = `dir://${folder}/run/*.parquet`;
  const sentence = `Nothing in ${folder}/run matches "*.parquet"`;
  const submitted = await longshore(
    ...["submit", "--did", did, "--sql", "select * from input", "--wait"],
  );
  expect(submitted.stderr).toContain(`Warning: ${sentence}`);
  const client = new Longshore({ url: service.url });
  const [request] = (await client.list()).items;
  const id = request?.id ?? "";
  expect((await longshore("show", id)).stdout).toMatch(
    new RegExp(`^warning +no_files: Nothing in ${folder}/run matches`, "m"),
  );
  expect((await client.get(id)).warnings).toMatchObject([
    { code: "no_files", message: expect.stringContaining(sentence) },
  ]);
  const seen = await fetch(`${service.url}/servicex/transformation/${id}`);
  expect(await seen.json()).toMatchObject({ "failure-info": expect.stringContaining(sentence) });
});
