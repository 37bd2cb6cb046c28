// Services named in the user's configuration file, and whom their tokens reach.
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { candidatesFor } from "../../src/client/cli/help/candidates.ts";
import { makeProgram, runCommand } from "../../src/client/cli/run-command.ts";
import { cliHere } from "../support/cli-here.ts";
import { temporaryFolder } from "../support/folder.ts";

const printed = cliHere();
const secret = "aVerySecretToken";
let home: string;
let file: string;
let servers: Server[];
let [one, two] = ["", ""];
/** Who was called, with which token. */
let called: string[];

beforeAll(async () => {
  home = temporaryFolder("profiles");
  mkdirSync(`${home}/longshore`);
  file = `${home}/longshore/config.json`;
  servers = await Promise.all(["one", "two"].map(listen));
  [one = "", two = ""] = servers.map((server) => {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(home, { recursive: true });
});

async function listen(name: string): Promise<Server> {
  const server = createServer(({ headers, url = "" }, answer) => {
    called.push(`${name} ${headers.authorization ?? "no token"}`);
    answer.writeHead(200, { "content-type": "application/json" });
    answer.end(JSON.stringify(url.startsWith("/readyz") ? ready : { items: [], next: null }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
const ready = { status: "ready", missing: {}, warnings: {} };

beforeEach(() => {
  called = [];
  vi.stubEnv("XDG_CONFIG_HOME", home);
  write({ profiles: { default: { url: `${one}/` }, far: { url: two, token: secret } } });
});
function write(content: unknown, mode = 0o600): void {
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  chmodSync(file, mode);
}

/** What was called; an empty list is the data of each command here. */
async function run(line: string, env: Record<string, string> = {}): Promise<string[]> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  expect(await runCommand(line.split(" ")), printed.stderr).toBe(0);
  return [...new Set(called)];
}

describe("which service is called, with which token", () => {
  const token = `Bearer ${secret}`;
  test.each<[string, Record<string, string>, string]>([
    ["list", {}, "one no token"],
    ["list --profile far", {}, `two ${token}`],
    ["--profile far list", {}, `two ${token}`],
    ["--profile far datasets --limit 3", {}, `two ${token}`],
    ["list", { LONGSHORE_PROFILE: "far" }, `two ${token}`],
    ["list --profile default", { LONGSHORE_PROFILE: "far" }, "one no token"],
    ["--profile far list --profile default", {}, "one no token"],
    ["list --profile far", { LONGSHORE_TOKEN: "other" }, `two ${token}`],
    ["list --profile far", { LONGSHORE_URL: "ONE" }, `two ${token}`],
    ["list --profile default", { LONGSHORE_TOKEN: "other" }, "one Bearer other"],
    ["list", { LONGSHORE_PROFILE: "far", LONGSHORE_TOKEN: "other" }, "two Bearer other"],
    ["list", { LONGSHORE_URL: "ONE", LONGSHORE_PROFILE: "far" }, "one no token"],
    ["list --url ONE --profile far", {}, "one no token"],
    ["list --url TWO --profile far", { LONGSHORE_URL: "ONE" }, `two ${token}`],
  ])("longshore %s with %o", async (line, env, expected) => {
    const of = (text: string) => text.replace("ONE", one).replace("TWO", two);
    const set = Object.entries(env).map(([name, text]) => [name, of(text)]);
    expect(await run(of(line), Object.fromEntries(set))).toEqual([expected]);
  });

  test.each([
    ["list --url TWO", {}, "two Bearer of-servicex"],
    ["list --url ONE", {}, "one no token"],
    ["list --profile far", {}, `two ${token}`],
    ["list --url TWO", { LONGSHORE_TOKEN: "other" }, "two Bearer other"],
  ] as const)(
    "beside a servicex.yaml for TWO: longshore %s with %o",
    async (line, env, expected) => {
      const before = process.cwd();
      const text = `api_endpoints:\n  - endpoint: ${two}/\n    token: of-servicex\n`;
      writeFileSync(`${home}/servicex.yaml`, text);
      try {
        process.chdir(home);
        expect(await run(line.replace("ONE", one).replace("TWO", two), env)).toEqual([expected]);
      } finally {
        process.chdir(before);
        rmSync(`${home}/servicex.yaml`);
      }
    },
  );

  test("status asks the service of the profile", async () => {
    await run("status --profile far");
    expect(printed.stdout).toContain(`is ready at ${two}`);
  });

  test("a profile may have the name of a command", async () => {
    write({ profiles: { ls: { url: two } } });
    expect(await run("--profile ls list")).toEqual(["two no token"]);
  });

  test("without the file nothing changes", async () => {
    rmSync(file);
    expect(await run("list", { LONGSHORE_URL: two })).toEqual(["two no token"]);
  });

  test.each([
    [["--profile", "far", "show"], `two ${token}`],
    [["show", "--profile=far"], `two ${token}`],
    [["show", "--url", "TWO"], "two no token"],
  ])("Tab after %j asks the service that is named", async (words, expected) => {
    const typed = words.map((word) => word.replace("TWO", two));
    await candidatesFor(makeProgram(), [...typed, ""]);
    expect(called).toEqual([expected]);
  });

  test("Tab completes the names", async () => {
    expect(await candidatesFor(makeProgram(), ["list", "--profile", "f"])).toEqual(["far"]);
    write("{");
    expect(await candidatesFor(makeProgram(), ["list", "--profile", "f"])).toEqual([]);
  });
});

describe("refused in one sentence, without a call and without the secret", () => {
  const far = { url: "http://127.0.0.1:1", token: secret };
  test.each<[string, unknown, string, RegExp]>([
    [
      "JSON that is none",
      `{"profiles": {\n"far": ${secret}`,
      "list",
      /not valid JSON( \(line 2\))?\.$/,
    ],
    ["an empty file", "", "list", /not valid JSON/],
    ["a list", [], "list", /: the file must be an object/],
    ["no profiles", {}, "list", /: profiles must be an object/],
    ["an unknown key", { profiles: {}, profile: {} }, "list", /no key profile: .* is profiles\.$/],
    [
      "an unknown key of a profile",
      { profiles: { far: { ...far, tokn: secret } } },
      "list",
      /no key profiles\.far\.tokn: allowed here is url and token\.$/,
    ],
    [
      "a profile that is a text",
      { profiles: { far: "x" } },
      "list",
      /profiles\.far must be an obj/,
    ],
    [
      "no URL",
      { profiles: { far: { token: secret } } },
      "list",
      /profiles\.far\.url must be an http/,
    ],
    [
      "a password in the URL",
      { profiles: { far: { url: `http://ann:${secret}@host` } } },
      "list",
      /profiles\.far\.url must be .* without a query, a user or a password/,
    ],
    [
      "a token with a line",
      { profiles: { far: { ...far, token: `${secret}\nx` } } },
      "list",
      /profiles\.far\.token must be a text/,
    ],
    [
      "no such profile",
      { profiles: { far } },
      "list --profile fat",
      /no profile "fat".* Did you mean "far"\?$/,
    ],
    ["a profile of no object", { profiles: {} }, "list --profile toString", /it has none\.$/],
    ["an empty name", { profiles: {} }, "list --profile=", /1 to 200 characters/],
    [
      "a command of this machine",
      { profiles: { far } },
      "--profile far stop",
      /`stop` works on this/,
    ],
  ])("%s", async (_, content, line, sentence) => {
    write(content);
    expect(await runCommand(line.split(" "))).toBe(2);
    expect(printed.stderr.trim()).toMatch(sentence);
    if (!/empty|machine/.test(_)) expect(printed.stderr).toContain(file);
    expect({ called, stdout: printed.stdout }).toEqual({ called: [], stdout: "" });
    expect(printed.stderr).not.toContain(secret);
    expect(printed.stderr.trim().split("\n").length).toBeLessThanOrEqual(
      line.includes("=") ? 2 : 1,
    );
  });

  test.each<[string, number, RegExp]>([
    ["with a token, one that others may read", 0o644, /has a secret, profiles\.far\.token/],
    ["with a token, one that the group may read", 0o640, /has a secret/],
    ["one that others may change", 0o602, /^longshore: Others may change/],
  ])("a file %s", async (_, mode, sentence) => {
    write({ profiles: { far } }, mode);
    expect(await runCommand(["list"])).toBe(2);
    expect(printed.stderr).toMatch(sentence);
    expect(printed.stderr).toContain(`chmod 600 ${file}`);
    expect(printed.stderr).not.toContain(secret);
  });

  test.skipIf(process.getuid?.() !== 0)("a file of another user", async () => {
    const nobody = 65_534;
    chownSync(file, nobody, nobody);
    const code = await runCommand(["list"]);
    rmSync(file);
    expect(code).toBe(2);
    expect(printed.stderr).toContain(`${file} belongs to another user`);
  });

  test("without a token others may read it", async () => {
    write({ profiles: { default: { url: one } } }, 0o644);
    expect(await run("list")).toEqual(["one no token"]);
  });

  test("a profile is named, and there is no file", async () => {
    rmSync(file);
    expect(await runCommand(["list", "--profile", "far"])).toBe(2);
    expect(printed.stderr).toContain(`${file}, the file with profiles, cannot be read (ENOENT)`);
  });
});
