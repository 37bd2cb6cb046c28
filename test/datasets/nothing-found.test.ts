// What a lookup did not take: everyone who asks about the request reads why.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

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

test("a download that becomes the dataset is whole without its list, and a warning says so", async () => {
  const results = join(folder, "results");
  mkdirSync(results);
  for (const name of ["a.jsonl", "longshore-manifest.jsonl"])
    writeFileSync(join(results, name), '{"x": 1}\n');
  const client = new Longshore({ url: service.url });
  const { id } = await client.submit({
    dataset: { did: `dir://${results}` },
    steps: [{ operation: "transform", selection: "select * from input" }],
  });
  await until(async () => (await client.get(id)).warnings.length > 0);
  expect(await client.get(id)).toMatchObject({
    incomplete: false,
    dataset: { files: 1, state: "ready" },
    warnings: [
      {
        code: "left_out",
        message:
          "Left out, since a download's list of its results is no data: " +
          `${results}/longshore-manifest.jsonl.`,
      },
    ],
  });
  expect((await runCli(["show", id], { env: { LONGSHORE_URL: service.url } })).stdout).toMatch(
    /^warning +left_out: Left out, since a download's list/m,
  );
});
