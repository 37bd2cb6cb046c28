// How the command line prints lists: for people on a terminal, and for programs.
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cliEnvironment, cliForShell, startProgram } from "../support/cli.ts";
import { runCliInside } from "../support/cli-inside.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const example = new URL("../../doc/examples/seattle-2012.parquet", import.meta.url).pathname;
const title = "A title, with a comma and so many words that no terminal of eighty columns has room";

let service: Service;
let cwd: string;
let id: string;

beforeAll(async () => {
  cwd = temporaryFolder("output");
  copyFileSync(example, `${cwd}/good.parquet`);
  writeFileSync(`${cwd}/broken.parquet`, "this is no Parquet");
  service = await startService({ INPUT_ROOTS: cwd, OPERATIONS: "transform,noop" });
  const sql = "select count(*) as days from input";
  const ran = await longshore(
    ...["submit", "--files", "*.parquet", "--sql", sql, "--title", title, "--wait", "--json"],
  );
  id = (JSON.parse(ran.stdout) as { id: string }).id;
}, 180_000);

afterAll(async () => {
  await service?.remove();
  rmSync(cwd, { recursive: true });
});

const env = () => ({ LONGSHORE_URL: service.url, TZ: "Asia/Kolkata" });
const longshore = (...args: string[]) => runCliInside(args, { cwd, env: env() });

/** In a terminal of its own; it shows standard output and standard error as they come. */
async function onTerminal(command: string, more: NodeJS.ProcessEnv = {}): Promise<string> {
  const line = `stty cols 80 rows 24; ${cliForShell} ${command}`;
  const ran = startProgram("script", ["--quiet", "--return", "--command", line, "/dev/null"], {
    cwd,
    env: cliEnvironment({ TERM: "xterm-256color", ...env(), ...more }),
  });
  return (await ran.ended).stdout.replaceAll("\r\n", "\n");
}

describe("for programs", () => {
  test("-o json is what --json is", async () => {
    const list = await longshore("list", "-o", "json");
    expect(JSON.parse(list.stdout)).toMatchObject({ items: [{ id, title }], next: null });
    expect((await longshore("list", "--json")).stdout).toBe(list.stdout);
    expect(JSON.parse((await longshore("show", id, "-o", "json")).stdout)).toMatchObject({ id });
  });

  test("-o id prints ids alone", async () => {
    const idsOf = async (...args: string[]) => (await longshore(...args, "-o", "id")).stdout;
    expect(await idsOf("list")).toBe(`${id}\n`);
    expect(await idsOf("show", id)).toBe(`${id}\n`);
    expect(await idsOf("files", id)).toMatch(/^\d+\n\d+\n$/);
    expect(await idsOf("errors", id)).toMatch(/^[0-9a-f]{16}\n$/);
    expect(await idsOf("datasets")).toMatch(/^\d+\n$/);
    expect(await idsOf("limits")).toBe("noop\ntransform\n");
  });

  test("-o csv has whole cells, and times as the API writes them", async () => {
    const list = (await longshore("list", "-o", "csv")).stdout.split("\n");
    expect(list[0]).toBe("id,number,state,done,failed,total,created_at,title");
    expect(list[1]).toMatch(
      new RegExp(`^${id},1,complete,1,1,2,\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z,"${title}"$`),
    );
    expect(list).toHaveLength(3);
    const files = (await longshore("files", id, "--state", "failed", "-o", "csv")).stdout;
    expect(files).toMatch(/^file,state,step,attempt,path,error\n\d+,failed,1,\d+,\/\S+\/broken\./);
    const errors = (await longshore("errors", id, "-o", "csv")).stdout;
    expect(errors).toMatch(/^fingerprint,class,count,share,example_file,message\n\w{16},\w+,1,1,/);
    const limits = (await longshore("limits", "-o", "csv")).stdout;
    expect(limits).toMatch(/^name,of,running,slots,slots_per_user,queued,waiting,share\n/);
  });

  test("a table in a file has no colors and whole ids, and its times are local", async () => {
    const { stdout } = await longshore("list");
    expect(stdout).toMatch(
      new RegExp(`^ID +NO +STATE .*\n${id} +1 +complete +1 +1 +2 +\\d{4}(-\\d\\d){2} [\\d:]{8} `),
    );
    expect(stdout).not.toContain("\u001b");
    const item = JSON.parse((await longshore("show", id, "--json")).stdout) as {
      created_at: string;
    };
    const [day, hour] = new Date(Date.parse(item.created_at) + 5.5 * 3_600_000)
      .toISOString()
      .split(/[T.]/);
    expect(stdout).toContain(`${day} ${hour}`);
    expect((await longshore("show", id)).stdout).toContain(`submitted  ${day} ${hour} +05:30\n`);
  });

  test("two formats are refused", async () => {
    const { code, stdout, stderr } = await longshore("list", "--json", "-o", "csv");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Give --json or --output csv, not both.");
  });
});

describe("on a terminal", () => {
  test("tables fit, and states have colors", async () => {
    const shown = await onTerminal("list");
    const [head = "", row = ""] = shown.split("\n");
    expect(row).toContain("\u001b[32mcomplete");
    for (const line of [head, row])
      expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(80);
    expect(stripVTControlCharacters(row)).toMatch(
      new RegExp(`^${id.slice(0, 8)} +1 +complete .*A title, .*…$`),
    );
    const files = (await onTerminal(`files ${id} --state failed`)).split("\n");
    for (const line of files) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(80);
    expect(stripVTControlCharacters(files[1] ?? "")).toContain("broken.parquet");
  });

  test.each<[string, string, NodeJS.ProcessEnv]>([
    ["--no-color", "list --no-color", {}],
    ["--no-color before the command", "--no-color list", {}],
    ["NO_COLOR", "list", { NO_COLOR: "1" }],
    ["TERM=dumb", "list", { TERM: "dumb" }],
  ])("there are no colors with %s", async (_, command, more) => {
    const shown = await onTerminal(command, more);
    expect(shown).toContain("complete");
    expect(shown).not.toContain("\u001b[");
  });

  test("--no-progress draws no bar", async () => {
    const watched = await onTerminal(`watch ${id}`);
    expect(watched).toMatch(/\[=+/);
    const plain = await onTerminal(`watch ${id} --no-progress`);
    expect(plain).not.toMatch(/\[=/);
    expect(plain).toContain("1 of 2 files done");
  });
});

describe("--quiet", () => {
  test("leaves out messages, and changes neither data nor exit code", async () => {
    const loud = await longshore("watch", id, "--json");
    const quiet = await longshore("watch", id, "--json", "-q");
    expect(loud.stderr).toContain("1 of 2 files done");
    expect(quiet).toEqual({ code: 1, stdout: loud.stdout, stderr: "" });
    expect((await longshore("errors", id, "--quiet")).stderr).toBe("");
    expect((await longshore("--quiet", "errors", id)).stderr).toBe("");
  });

  test("keeps errors", async () => {
    const nobody = "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11";
    const { code, stderr } = await longshore("show", nobody, "-q");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("no request") });
  });
});

test("the next page keeps every filter", async () => {
  const { stdout } = await longshore(
    ...["submit", "--files", "a b 1", "a b 2", "c", "--operation", "noop"],
  );
  const all = async () => (await longshore("files", stdout.trim(), "-o", "id")).stdout;
  await until(async () => /^(\d+\n){3}$/.test(await all()), { what: "the files" });
  const more = ["files", stdout.trim(), "--prefix", `${cwd}/a b`, "--limit", "1", "-o", "id"];
  const first = await longshore(...more);
  expect(first.stderr).toMatch(
    new RegExp(
      `^More: node \\S+ files ${stdout.trim()} --output id --prefix '${cwd}/a b' --limit 1 ` +
        "--cursor \\S+\n$",
    ),
  );
  const [, cursor = ""] = /--cursor (\S+)/.exec(first.stderr) ?? [];
  const second = await longshore(...more, "--cursor", cursor);
  expect(second.stdout).toMatch(/^\d+\n$/);
  expect(second.stdout).not.toBe(first.stdout);
  expect(second.stderr).toBe("");
});
