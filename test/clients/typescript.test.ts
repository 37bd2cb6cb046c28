// The package as another project installs it: packed by npm, with its command and its typed client.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childEnvironment } from "../../src/config.ts";
import { cloneInto, installInto } from "../support/clone.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");

const program = `
import { ApiError, Longshore, type RequestNow } from "longshore";

const [url = "", file = "", folder = ""] = process.argv.slice(2);
const client = new Longshore({ url });
const submitted = await client.submit({
  dataset: { files: [file] },
  steps: [{ operation: "transform", selection: "select x + 1 as x from input", format: "csv" }],
});
const ended: RequestNow = await client.wait(submitted.id);
const downloaded = await client.download(ended.id, folder);
const refusal = await client.get("none").catch((error: unknown) => error);
if (!(refusal instanceof ApiError)) throw refusal;
console.log(JSON.stringify([ended.state, downloaded.map(({ path }) => path), refusal.status]));
`;
const compilerOptions = {
  module: "nodenext",
  target: "es2022",
  lib: ["es2023", "dom"],
  types: [],
  strict: true,
  skipLibCheck: false,
};

function exampleOfPage(): string {
  const page = readFileSync(join(root, "doc", "typescript.md"), "utf8");
  const example = /^```ts [\w.-]+\n(.*?)^```/ms.exec(page)?.[1] ?? "no example";
  return `declare const process: { argv: string[]; exitCode: number };\n${example}`;
}

let folder: string;
let other: string;
let service: Service;

beforeAll(async () => {
  folder = temporaryFolder("package");
  const clone = join(folder, "clone");
  other = join(folder, "other");
  cloneInto(clone);
  installInto(clone);
  // What the package brings with it is packed from a folder, not through a link.
  for (const name of ["swagger-ui-dist", "@scarf/scarf"]) {
    const part = join("node_modules", name);
    rmSync(join(clone, part), { recursive: true });
    cpSync(join(root, part), join(clone, part), { recursive: true });
  }
  mkdirSync(other);
  writeFileSync(join(other, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(other, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  const declared = "declare const process: { argv: string[] };\n";
  writeFileSync(join(other, "program.ts"), declared + program);
  writeFileSync(join(other, "example.ts"), exampleOfPage());
  writeFileSync(join(other, "a.csv"), "x\n1\n");
  const packed = await run("npm", ["pack", "--json", "--pack-destination", other], clone);
  const tarball = /[\w.-]+\.tgz/.exec(packed)?.[0] ?? "";
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball], other);
  service = await startService({ INPUT_ROOTS: folder, LOCAL_WORKERS: "1" });
});
afterAll(async () => {
  await service?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("a typed program of another project submits, waits, downloads and reads a refusal", async () => {
  // The example of the page, too
  await run(process.execPath, [compiler, "-p", "."], other);
  const args = ["program.js", service.url, join(other, "a.csv"), join(other, "out")];
  const printed = JSON.parse(await run(process.execPath, args, other));
  const path = printed[1][0];
  expect(printed).toEqual(["complete", [path], 404]);
  expect(readFileSync(path, "utf8")).toBe("x\n2\n");
});

test("a program with a wrong type is refused by the compiler", async () => {
  const wrong = program.replace("{ files: [file] }", "{ paths: [file] }");
  writeFileSync(join(other, "wrong.ts"), `declare const process: { argv: string[] };\n${wrong}`);
  const compiled = run(process.execPath, [compiler, "--noEmit", "-p", "."], other);
  await expect(compiled).rejects.toMatchObject({ stdout: expect.stringContaining("'paths'") });
  rmSync(join(other, "wrong.ts"));
});

test("the other project has the command, and nothing that reports the installation", async () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(await run("npx", ["longshore", "--version"], other)).toBe(`${version}\n`);
  const lock = JSON.parse(readFileSync(join(other, "package-lock.json"), "utf8"));
  const reporting = Object.entries<{ name?: string }>(lock.packages).filter(
    ([path, { name }]) => path.endsWith("@scarf/scarf") && name !== "empty-npm-package",
  );
  expect(reporting).toEqual([]);
});

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd, env: childEnvironment() });
  return stdout;
}
