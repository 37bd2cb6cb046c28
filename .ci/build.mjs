// Builds dist/ and makes `npx longshore` work in this clone. Plain JavaScript: it runs before
// anything is built. A service may run from dist/ meanwhile, so the compiler writes to a new
// folder, which takes the place of dist/ only when it is complete and differs from it.
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { linkForNpx } from "./link.mjs";
import { makePrismaClient } from "./prisma-client.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");

const compiler = findCompiler();
let compiling;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
// Before there is a folder that a signal would leave behind
for (const signal of signals) process.on(signal, () => process.exit(130));
const work = mkdtempSync(join(root, ".built-"));
const built = join(work, "new");
process.on("exit", () => {
  compiling?.kill("SIGKILL");
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
});

const code = (await makePrismaClient(keep)) || (await compile());
if (code !== 0) process.exit(code);
// Files that browsers are given as they are
cpSync(join(root, "src/web/assets"), join(built, "web/assets"), { recursive: true });
if (!sameFiles(built, dist)) replaceDist();
linkForNpx(root);

function findCompiler() {
  try {
    return createRequire(import.meta.url).resolve("typescript/bin/tsc");
  } catch {
    process.stderr.write(`The compiler is not installed: run \`npm ci\` first, in ${root}.\n`);
    process.exit(2);
  }
}

/** Resolves with the exit code of the compiler. */
function compile() {
  const args = [compiler, "-p", "src/tsconfig.json", "--outDir", built];
  keep(spawn(process.execPath, args, { cwd: root, stdio: "inherit" }));
  return new Promise((resolve, reject) => {
    compiling.on("error", reject);
    // A terminal sends a signal to the compiler, too, whose end may be noticed first.
    compiling.on("exit", (code, signal) => resolve(code ?? (signals.includes(signal) ? 130 : 1)));
  });
}

/** The program that is killed if this one ends before it. */
function keep(child) {
  compiling = child;
}

function sameFiles(one, other) {
  if (!existsSync(other)) return false;
  const names = filesOf(one);
  return (
    names.join("\n") === filesOf(other).join("\n") &&
    names.every((name) => readFileSync(join(one, name)).equals(readFileSync(join(other, name))))
  );
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
    .sort();
}

function replaceDist() {
  if (existsSync(dist)) renameSync(dist, join(work, "old"));
  renameSync(built, dist);
}
