// Completion in real shells, by what a person types and sees.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cliEnvironment, cliForShell, runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";

const id = "0e5b7c8a-1c5f-4d0b-9a68-2f6a1d1f0b11";
let folder: string;
let env: NodeJS.ProcessEnv;
let service: Server;

beforeAll(async () => {
  folder = temporaryFolder("completion");
  const command = join(folder, "longshore");
  writeFileSync(command, `#!/bin/sh\nexec ${cliForShell} "$@"\n`);
  chmodSync(command, 0o755);
  mkdirSync(join(folder, "results"));
  writeFileSync(join(folder, "data.csv"), "x\n1\n");
  service = createServer((_, answer) => {
    answer.writeHead(200, { "content-type": "application/json" });
    answer.end(JSON.stringify({ items: [{ id, state: "complete", title: null }], next: null }));
  });
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  env = cliEnvironment({
    HOME: folder,
    DATA_DIR: folder,
    LONGSHORE_URL: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
    PATH: `${folder}${delimiter}${process.env.PATH}`,
  });
});
afterAll(() => {
  service.close();
  rmSync(folder, { recursive: true });
});

/** How each shell starts without anybody's settings, and takes the script. */
const shells = {
  bash: [
    "bash --norc --noprofile",
    "bind 'set bell-style none'; source <(longshore completion bash)",
  ],
  zsh: [
    "zsh -f",
    "unsetopt beep; autoload -Uz compinit && compinit -D; source <(longshore completion zsh)",
  ],
  fish: ["fish --no-config", "longshore completion fish | source"],
} as const;

describe.each(Object.keys(shells) as (keyof typeof shells)[])("in %s", (shell) => {
  let terminal: Terminal;
  const isThere = isInstalled(shell);
  if (!isThere) console.warn(`NOT TESTED: ${shell} is not installed, so its completion is not.`);

  beforeAll(async () => {
    if (!isThere) return;
    const [command, setUp] = shells[shell];
    terminal = openTerminal(command, { env, cwd: folder });
    terminal.type(`${setUp}; echo re""ady\n`);
    await terminal.find(/ready/);
  });
  afterAll(() => terminal?.close());

  /** What the line has become after Tab: echoed, by `echo` typed at its beginning. */
  async function completed(line: string): Promise<string> {
    terminal.type(`${line}\t`);
    // The shell reads the next keys after it has completed.
    terminal.type("\u0001echo 'it is' \u0005 .\n");
    const found = await terminal.find(/[\r\n]it is [^\n]* \.\r?\n/);
    // zsh takes the slash away when the next key is no letter.
    return found
      .replace(/ +\.\r?\n$/, "")
      .replace(/\/$/, "")
      .slice("\nit is ".length);
  }

  test.skipIf(!isThere).each([
    ["a command", "longshore cance", "longshore cancel"],
    ["a command below another", "longshore limits sha", "longshore limits share"],
    ["an option", "longshore submit --idem", "longshore submit --idempotency-key"],
    [
      "an option after a value",
      "longshore submit --sql 'a b' --tit",
      "longshore submit --sql a b --title",
    ],
    ["a state", "longshore list --state sub", "longshore list --state submitted"],
    ["a format", "longshore submit --format=par", "longshore submit --format=parquet"],
    ["an operation", "longshore submit --operation tr", "longshore submit --operation transform"],
    ["a shell", "longshore completion fi", "longshore completion fish"],
    ["the id of a request", "longshore watch 0e", `longshore watch ${id}`],
    ["a file", "longshore submit --files da", "longshore submit --files data.csv"],
    ["a second file", "longshore submit --files x da", "longshore submit --files x data.csv"],
    ["a folder", "longshore submit --download r", "longshore submit --download results"],
    [
      "no file where a number is expected",
      "longshore list --limit da",
      "longshore list --limit da",
    ],
    ["no option after --", "longshore show -- --ur", "longshore show -- --ur"],
  ])("Tab completes %s", async (_, typed, line) => {
    expect(await completed(typed)).toBe(line);
  });
});

test("what a choice means is shown where a shell shows it", async () => {
  const { stdout } = await runCli(["__complete", "--", "submit", "--for"], { env });
  expect(stdout).toBe("--format\twith --sql: format of the results (default: parquet)\n");
});

test("a service that is silent or absent is not waited for", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  for (const url of [`http://127.0.0.1:${port}`, "http://127.0.0.1:1"]) {
    const began = performance.now();
    const ran = await runCli(["__complete", "--", "show", ""], {
      env: { ...env, LONGSHORE_URL: url },
    });
    expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(performance.now() - began).toBeLessThan(10_000);
  }
  silent.closeAllConnections();
  silent.close();
});

test("another shell is refused, with those that there are", async () => {
  const { code, stderr } = await runCli(["completion", "tcsh"], { env });
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining("Allowed choices are bash, zsh, fish"),
  ]);
});

function isInstalled(shell: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${shell}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
