// The token in the settings of ServiceX's Python client: found as that client finds it, and used
// for the address beside it alone.
import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { servicexToken } from "../../src/client/cli/servicex-yaml.ts";
import { temporaryFolder } from "../support/folder.ts";

const url = "https://longshore.example/prefix";
const isRoot = process.getuid?.() === 0;
let root: string;
let folder: string;
let home: string;

beforeAll(() => {
  root = temporaryFolder("servicex-yaml");
});
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  rmSync(root, { recursive: true });
  folder = join(root, "work", "deep");
  home = join(root, "home");
  for (const path of [folder, home]) mkdirSync(path, { recursive: true });
});

function settings(path: string, token: string, endpoint = `${url}/`): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `api_endpoints:\n  - endpoint: https://other.example\n    token: of-another\n` +
      `  - endpoint: ${endpoint}\n    name: longshore\n    token: ${token}\n`,
  );
  return path;
}
const found = () => servicexToken(url, folder, home);

test("the nearest file counts, .servicex before servicex.yaml, and the home comes last", async () => {
  expect(await found()).toBeUndefined();
  settings(join(home, "servicex.yaml"), "of-home");
  expect(await found()).toBe("of-home");
  settings(join(root, "work", "servicex.yaml"), "above");
  expect(await found()).toBe("above");
  settings(join(folder, "servicex.yaml"), "here");
  expect(await found()).toBe("here");
  settings(join(folder, ".servicex"), "hidden");
  expect(await found()).toBe("hidden");
});

test.each([
  "https://longshore.example",
  "https://longshore.example/prefix/more",
  "http://longshore.example/prefix",
  "https://longshore.example:8443/prefix",
  "https://longshore.example.evil/prefix",
  "https://user@longshore.example/prefix",
])("a token for %s is not used", async (endpoint) => {
  settings(join(folder, "servicex.yaml"), "of-another", endpoint);
  settings(join(home, "servicex.yaml"), "of-home");
  expect(await found()).toBeUndefined();
});

test("an address without a slash at its end, or in capitals, is the same", async () => {
  settings(join(folder, "servicex.yaml"), "mine", "HTTPS://Longshore.Example/prefix");
  expect(await found()).toBe("mine");
});

test.each([
  ["no endpoints", "name: x\n"],
  ["a list", "- 1\n"],
  ["an endpoint without a token", `api_endpoints:\n  - endpoint: ${url}\n    name: x\n`],
  ["an endpoint that is a text", "api_endpoints: [x]\n"],
  ["a token that is a number", `api_endpoints: [{endpoint: ${url}, token: 12}]\n`],
  ["a token with a line", `api_endpoints: [{endpoint: ${url}, token: "a\\nb"}]\n`],
  ["nothing", ""],
])("%s is no token", async (_, text) => {
  writeFileSync(join(folder, "servicex.yaml"), text);
  expect(await found()).toBeUndefined();
});

test("text that is not YAML is refused, without what it holds", async () => {
  const path = join(folder, "servicex.yaml");
  writeFileSync(path, "api_endpoints:\n  - {token: secret\n");
  const refusal = await found().catch((error: Error) => error.message);
  expect(refusal).toMatch(/servicex\.yaml is not valid YAML \(line \d+\)\.$/);
  expect(refusal).not.toContain("secret");
});

test("a folder or a pipe of the name is none, and is not waited for", async () => {
  mkdirSync(join(folder, ".servicex"));
  execFileSync("mkfifo", [join(folder, "servicex.yaml")]);
  settings(join(home, "servicex.yaml"), "of-home");
  expect(await found()).toBe("of-home");
});

test.skipIf(!isRoot)("a file of another user is not used", async () => {
  const path = settings(join(folder, "servicex.yaml"), "theirs");
  chownSync(path, 12_345, 12_345);
  expect(await found()).toBeUndefined();
});
