// Makes generated/client, by which the service reads and writes people, from prisma/schema.prisma;
// does nothing where it is there already. It needs no network. Plain JavaScript: it runs before
// anything is built. Several may run at once, so each works in a folder of its own, which becomes
// generated/client when it is complete.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));
const resolveFile = createRequire(import.meta.url).resolve;

/** The names of the folder and of the stamp in it are also in package.json. */
const client = join(root, "generated", "client");
const stampOf = (folder) => join(folder, "stamp");

/** Prisma's command line would look for engines to download, and for newer versions of itself. */
export const offline = {
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: "1",
  CHECKPOINT_DISABLE: "1",
};

const compilerOptions = {
  noEmit: false,
  // The generated sources are not checked anyway: they say so themselves.
  noCheck: true,
  incremental: false,
  tsBuildInfoFile: null,
  declaration: true,
  rootDir: "generated/source",
  outDir: "client",
};

/** Resolves with an exit code. `onChild` is given each program that is started. */
export async function makePrismaClient(onChild = () => undefined) {
  const stamp = currentStamp();
  if (isMadeFrom(stamp)) return 0;
  mkdirSync(dirname(client), { recursive: true });
  const work = mkdtempSync(join(dirname(client), ".new-"));
  const remove = () => rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  process.on("exit", remove);
  try {
    const code = await generateInto(work, onChild);
    if (code !== 0) return code;
    writeFileSync(stampOf(join(work, "client")), stamp);
    replaceClient(work, stamp);
    return 0;
  } finally {
    remove();
    process.off("exit", remove);
  }
}

/** Of all that decides what is made. */
function currentStamp() {
  const hash = createHash("sha256");
  for (const path of ["prisma/schema.prisma", "tsconfig.json", ".ci/prisma-client.mjs"])
    hash.update(readFileSync(join(root, path)));
  for (const name of ["prisma", "@prisma/client", "typescript"])
    hash.update(readFileSync(packageFile(name)));
  return hash.digest("hex");
}

function packageFile(name) {
  return resolveFile(`${name}/package.json`);
}

function isMadeFrom(stamp) {
  return existsSync(stampOf(client)) && readFileSync(stampOf(client), "utf8") === stamp;
}

/** The schema names the folder of what is generated from its own. */
async function generateInto(work, onChild) {
  mkdirSync(join(work, "prisma"));
  copyFileSync(join(root, "prisma", "schema.prisma"), join(work, "prisma", "schema.prisma"));
  writeFileSync(
    join(work, "tsconfig.json"),
    JSON.stringify({
      extends: "../../tsconfig.json",
      compilerOptions,
      include: ["generated/source"],
    }),
  );
  const generated = await run([prismaCommand(), "generate"], work, onChild);
  if (generated !== 0) return generated;
  return run([resolveFile("typescript/bin/tsc"), "-p", "tsconfig.json"], work, onChild);
}

/** The file that is Prisma's command line. */
export function prismaCommand() {
  return join(dirname(packageFile("prisma")), "build", "index.js");
}

/** What it prints is shown only where it fails. */
function run(args, cwd, onChild) {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...offline },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onChild(child);
  const printed = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => printed.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== 0) process.stderr.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}

function replaceClient(work, stamp) {
  try {
    if (existsSync(client)) renameSync(client, join(work, "old"));
    renameSync(join(work, "client"), client);
  } catch (error) {
    // Another process was faster.
    if (!isMadeFrom(stamp)) throw error;
  }
}

if (process.argv[1] === self) process.exitCode = await makePrismaClient();
