// A build beside a service that runs from dist/.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProgram } from "../support/cli.ts";
import { installInto, smallCloneInto, writeProgram } from "../support/clone.ts";
import { temporaryFolder } from "../support/folder.ts";
import { cleanHome } from "../support/npm.ts";
import { until } from "../support/wait.ts";

let clone: string;

beforeAll(async () => {
  clone = temporaryFolder("build");
  smallCloneInto(clone);
  installInto(clone);
  writeProgram(clone, '"one"');
  expect(await build()).toBe(0);
});
afterAll(() => rmSync(clone, { recursive: true }));

test("a build of unchanged sources leaves the files of the last one as they are", async () => {
  const file = join(clone, "dist", "client", "cli", "main.js");
  const before = statSync(file);
  expect(await build()).toBe(0);
  expect(statSync(file)).toMatchObject({ ino: before.ino, ctimeMs: before.ctimeMs });
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "a build that %s ends leaves the last one",
  async (signal) => {
    writeProgram(clone, '"never"');
    const child = startBuild();
    await until(() => drafts().length > 0);
    // As a terminal does: to the compiler, too
    process.kill(-(child.pid ?? 0), signal);
    const [code] = await once(child, "exit");
    expect(code).toBe(130);
    expect(await run()).toBe("one\n");
    expect(drafts()).toEqual([]);
  },
);

test("sources that do not compile leave the last build", async () => {
  writeProgram(clone, "1");
  expect(await build()).not.toBe(0);
  expect(await run()).toBe("one\n");
  expect(drafts()).toEqual([]);
});

test("until a build is complete, the last one runs; then the new one", async () => {
  writeProgram(clone, '"two"');
  const child = startBuild();
  const ended = once(child, "exit");
  const words: string[] = [];
  while (child.exitCode === null && child.signalCode === null) words.push(await run());
  expect(await ended).toEqual([0, null]);
  expect(words[0]).toBe("one\n");
  expect(words.filter((word) => word !== "one\n" && word !== "two\n")).toEqual([]);
  expect(await run()).toBe("two\n");
  expect(drafts()).toEqual([]);
});

test("npm install -g . gives the command, and npm uninstall takes it away", async () => {
  const home = await cleanHome(clone);
  home.own(clone);
  const prefix = join(clone, "prefix");
  const command = join(prefix, "bin", "longshore");
  const installed = await home.run("npm", ["install", "-g", ".", "--prefix", prefix], clone);
  expect(installed).toMatchObject({ code: 0 });
  expect((await home.run("longshore", [], home.folder, pathWith(join(prefix, "bin")))).stdout).toBe(
    "two\n",
  );
  const removal = ["uninstall", "-g", "longshore", "--prefix", prefix];
  expect(await home.run("npm", removal, clone)).toMatchObject({ code: 0 });
  expect(existsSync(command)).toBe(false);
  await home.close();
  // npm looks for a newer npm.
  expect(home.asked.filter((path) => path !== "/npm")).toEqual([]);
});

function pathWith(folder: string): { PATH: string } {
  return { PATH: `${folder}${delimiter}${process.env.PATH}` };
}

function startBuild(): ChildProcess {
  return spawn(process.execPath, [".ci/build.mjs"], {
    cwd: clone,
    stdio: "ignore",
    detached: true,
  });
}

async function build(): Promise<number | null> {
  const [code] = await once(startBuild(), "exit");
  return code;
}

/** What the command prints, run by the link that npx finds. */
async function run(): Promise<string> {
  const { ended } = startProgram(join(clone, "node_modules", ".bin", "longshore"));
  const { stdout, stderr } = await ended;
  return stdout + stderr;
}

function drafts(): string[] {
  return readdirSync(clone).filter((name) => name.startsWith(".built-"));
}
