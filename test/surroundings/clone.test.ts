// `npx longshore` in a clone, for someone with an empty home and no registry.
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneInto, installInto, putBuildInto } from "../support/clone.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type CleanHome, cleanHome } from "../support/npm.ts";

let folder: string;
let clone: string;
let home: CleanHome;
const { version } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { version: string };

beforeAll(async () => {
  folder = temporaryFolder("clone");
  clone = join(folder, "clone");
  cloneInto(clone);
  home = await cleanHome(folder);
});

afterAll(async () => {
  await home.close();
  chmodAll(0o200);
  rmSync(folder, { recursive: true });
});

test("before npm ci, npm start and the command say what to do", async () => {
  for (const [command, ...args] of [
    ["npm", "start"],
    ["bin/longshore.js", "list"],
  ] as const) {
    const { code, stderr } = await home.run(command, args, clone);
    expect(stderr).toContain(`Run \`npm ci\` first, in ${clone}.`);
    expect(code).toBe(2);
  }
  const { code, stderr } = await home.run("npx", ["longshore", "list"], clone);
  // The shell's words depend on whether the user may read every folder of PATH.
  expect(stderr).toMatch(/^sh: .*longshore: (not found|Permission denied)\n$/);
  expect([126, 127]).toContain(code);
  expect(home.asked).toEqual([]);
});

test("a build that has no compiler says what to do", async () => {
  const { code, stderr } = await home.run("npm", ["run", "build"], clone);
  expect(stderr).toContain(`run \`npm ci\` first, in ${clone}.`);
  expect(code).toBe(2);
});

test("a build whose packages are missing says what to do", async () => {
  installInto(clone);
  await putBuildInto(clone);
  const part = join(clone, "node_modules", "commander");
  renameSync(part, `${part}.away`);
  const { code, stderr } = await home.run("npm", ["start"], clone);
  renameSync(`${part}.away`, part);
  expect(stderr).toContain("Cannot find package 'commander'");
  expect(stderr).toContain(`Run \`npm ci\` first, in ${clone}.`);
  expect(code).toBe(2);
});

test.each(["", "doc/examples"])(
  "npx longshore in a read-only clone, below it in %j, runs what is built and asks no registry",
  async (below) => {
    chmodAll(0);
    const before = stateOf(clone);
    const cwd = join(clone, below);
    const first = await home.run("npx", ["longshore", "--version"], cwd);
    expect(first).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    const second = await home.run("npx", ["longshore", "show", "none"], cwd);
    expect(second).toMatchObject({ code: 2, stdout: "" });
    expect(second.stderr).toContain("`npx longshore list`");
    expect(home.asked).toEqual([]);
    expect(existsSync(join(home.folder, ".npm", "_npx"))).toBe(false);
    expect(stateOf(clone)).toEqual(before);
  },
);

/** What a build or an installation would change, file by file. */
function stateOf(root: string): string[] {
  return filesOf(root).map((path) => {
    const { ino, mtimeMs, size } = lstatSync(path);
    return `${path} ${ino} ${mtimeMs} ${size}`;
  });
}

function filesOf(root: string): string[] {
  return [
    root,
    ...readdirSync(root, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? filesOf(join(root, entry.name)) : [join(root, entry.name)],
    ),
  ];
}

/** `write`: who may write, besides root. */
function chmodAll(write: number): void {
  for (const path of filesOf(clone)) {
    const stats = lstatSync(path);
    if (!stats.isSymbolicLink()) chmodSync(path, (stats.mode & 0o555) | write);
  }
}
