// Results in a folder: their names, the manifest, and what a download refuses.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FolderError, Longshore } from "../../src/client/index.ts";
import { type ServiceX, startServiceX } from "../facades/servicex/servicex.ts";
import { runCliInside } from "../support/cli-inside.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { makeSmallFileSystem, noSmallFileSystem } from "../support/small-file-system.ts";

let service: Service;
let cwd: string;

beforeAll(async () => {
  cwd = temporaryFolder("download");
  for (const folder of ["in", "in/a", "in/b"]) mkdirSync(`${cwd}/${folder}`);
  writeFileSync(`${cwd}/in/a/x.csv`, "x\n1\n");
  writeFileSync(`${cwd}/in/b/x.csv`, "x\n2\n");
  writeFileSync(`${cwd}/in/b/X.json`, '[{"x":3}]\n');
  service = await startService({ INPUT_ROOTS: cwd });
}, 120_000);
afterAll(async () => {
  await service?.remove();
  rmSync(cwd, { recursive: true });
});

const longshore = (...args: string[]) =>
  runCliInside(args, { cwd, env: { LONGSHORE_URL: service.url } });
const submit = (files: string[], ...more: string[]) =>
  longshore(
    "submit",
    "--files",
    ...files,
    "--sql",
    "select x from input",
    "--format",
    "csv",
    ...more,
  );
const all = ["in/a/x.csv", "in/b/x.csv", "in/b/X.json"];

interface Done {
  id: string;
  folder: string;
  manifest: string;
  files: { file: number; path: string; input: string; skipped: boolean }[];
}

test("--download alone makes a folder of the title and the id, with the inputs' folders in it", async () => {
  const ran = await submit(all, "--title", "Two x: a/b", "--download", "--json");
  expect(ran.code).toBe(0);
  const { id, folder, manifest, files } = JSON.parse(ran.stdout) as Done;
  expect(folder).toBe(`Two-x-a-b-${id.slice(0, 8)}`);
  const ids = new Map(files.map(({ file, input }) => [input, file]));
  const [second, third] = all.slice(1).map((path) => ids.get(`${cwd}/${path}`));
  const contents = new Map([
    ["a/x.csv", "x\n1\n"],
    [`b/x-${second}.csv`, "x\n2\n"],
    [`b/X-${third}.csv`, "x\n3\n"],
  ]);
  for (const [path, text] of contents)
    expect(readFileSync(`${cwd}/${folder}/${path}`, "utf8")).toBe(text);
  const lines = readFileSync(`${cwd}/${manifest}`, "utf8").trim().split("\n");
  const paths = lines.map((line) => (JSON.parse(line) as { path: string }).path);
  expect(paths).toEqual([...contents.keys()].sort());

  const again = await longshore("download", id, "--json");
  const { folder: same, files: kept } = JSON.parse(again.stdout) as Done;
  expect([same, kept.map(({ skipped }) => skipped)]).toEqual([folder, [true, true, true]]);
});

test("a folder with results of another request is refused, by submit before anything is recorded", async () => {
  const first = JSON.parse(
    (await submit(["in/a/x.csv"], "--download", "one", "--json")).stdout,
  ) as Done;
  const before = (await longshore("list", "--json")).stdout;
  const refused = await submit(["in/b/x.csv"], "--download", "one");
  expect([refused.code, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toContain(`one has the results of request ${first.id}`);
  expect((await longshore("list", "--json")).stdout).toBe(before);

  const other = JSON.parse((await submit(["in/b/x.csv"], "--wait", "--json")).stdout) as Done;
  expect((await longshore("download", other.id, "one")).code).toBe(2);
  const client = new Longshore({ url: service.url });
  await expect(client.download(other.id, `${cwd}/one`)).rejects.toBeInstanceOf(FolderError);
  expect(readFileSync(`${cwd}/one/x.csv`, "utf8")).toBe("x\n1\n");
});

test("a file that is no result is never replaced, such as the input in whose folder one downloads", async () => {
  const plus = ["--sql", "select x + 1 as x from input", "--format", "csv"];
  const ran = await longshore("submit", "--files", "in/a/x.csv", ...plus, "--download", "in/a");
  expect([ran.code, ran.stdout]).toEqual([2, ""]);
  expect(ran.stderr).toContain("in/a/x.csv is there already and is not a result of this request");
  expect(readFileSync(`${cwd}/in/a/x.csv`, "utf8")).toBe("x\n1\n");
  expect(readdirSync(`${cwd}/in/a`)).toEqual(["x.csv"]);
});

test("a folder that cannot be made is refused with what to do, in words", async () => {
  const { id } = JSON.parse((await submit(["in/a/x.csv"], "--wait", "--json")).stdout) as Done;
  const { code, stderr } = await longshore("download", id, "in/b/x.csv/out");
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /out cannot be used \(ENOTDIR\): .* is a file, not a folder; check the path\.\n$/,
  );
  const file = await longshore("download", id, "in/b/x.csv");
  expect(file.code).toBe(2);
  expect(file.stderr).toMatch(/x\.csv cannot be used \(EEXIST\): it exists already; give/);
});

test.skipIf(noSmallFileSystem)(
  "a disk that is full or read-only is said with the file, and what to do",
  async () => {
    const { id } = JSON.parse((await submit(["in/a/x.csv"], "--wait", "--json")).stdout) as Done;
    const disk = makeSmallFileSystem(1);
    try {
      const filler = `${disk.path}/filler`;
      expect(() => writeFileSync(filler, Buffer.alloc(2 * 2 ** 20))).toThrow("ENOSPC");
      const full = await longshore("download", id, `${disk.path}/out`);
      expect(full.code).toBe(2);
      expect(full.stderr).toMatch(
        /disk.*\/out.* cannot be used \(ENOSPC\): no space is left on the device; make room\.\n$/,
      );
      rmSync(filler);
      disk.setReadOnly(true);
      const closed = await longshore("download", id, `${disk.path}/out2`);
      expect(closed.stderr).toMatch(/out2 cannot be used \(EROFS\): .* is read-only; give a path/);
    } finally {
      disk.remove();
    }
  },
);

test("the API's results say of which input each is", async () => {
  const { id } = JSON.parse((await submit(["in/a/x.csv"], "--wait", "--json")).stdout) as Done;
  const client = new Longshore({ url: service.url });
  for await (const result of client.results(id)) expect(result.input).toBe(`${cwd}/in/a/x.csv`);
});

test("a download starts when the lookup has closed, so that its names stay", async () => {
  const servicex: ServiceX = await startServiceX();
  const internal = "/servicex/internal/transformation";
  const put = (dataset: number, what: string, body: unknown) =>
    servicex.call("PUT", `${internal}/${dataset}/${what}`, body);
  const found = (path: string) => ({
    timestamp: "2026-01-01T00:00:00",
    paths: [`root://host//d/${path}`],
    adler32: 42,
    file_size: 5,
    file_events: 7,
  });
  const id = await servicex.submit({ did: "mock://growing", codegen: "sql" });
  const { did_id: dataset } = await servicex.reached(id, "Lookup");
  await put(dataset, "files", [found("a/x.root")]);
  await servicex.reached(id, "Lookup", 1);
  const [first = 0] = await servicex.files(id);
  await servicex.succeed(id, first, "made.parquet");

  const client = new Longshore({ url: servicex.service.url });
  const target = `${cwd}/growing`;
  let ended = false;
  const downloading = client.download(id, target).finally(() => {
    ended = true;
  });
  await put(dataset, "files", [found("b/x.root")]);
  await servicex.reached(id, "Lookup", 2);
  expect(ended).toBe(false);
  await put(dataset, "complete", {
    files: 2,
    "files-skipped": 0,
    "total-events": 7,
    "total-bytes": 5,
    "elapsed-time": 1,
  });
  expect((await downloading).map(({ path }) => path)).toEqual([`${target}/a/x.parquet`]);
  await servicex.remove();
});

test("a download without results says why there are none", async () => {
  writeFileSync(`${cwd}/in/none.parquet`, "no Parquet");
  const { id } = JSON.parse((await submit(["in/none.parquet"], "--wait", "--json")).stdout) as Done;
  const ran = await longshore("download", id, "none");
  expect([ran.code, ran.stdout]).toEqual([0, ""]);
  expect(ran.stderr).toContain("0 results downloaded to none\n  1 file, bad_input, for example");
  expect(ran.stderr).toContain(`redrive ${id}`);
});
