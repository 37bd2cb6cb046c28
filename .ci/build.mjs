// Builds dist/ and makes `npx longshore` work in this clone. Plain JavaScript: it runs before anything is built.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, "dist", "client", "cli", "main.js");
const link = join(root, "node_modules", ".bin", "longshore");

rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(
  process.execPath,
  [createRequire(import.meta.url).resolve("typescript/bin/tsc"), "-p", "src/tsconfig.json"],
  {
    cwd: root,
    stdio: "inherit",
  },
);
if (existsSync(program)) {
  // npx finds the clone's own program by this link. With a "bin" in package.json, npx would first
  // install the whole package into its cache, without any output. The compiler writes files
  // without the x bit.
  chmodSync(program, 0o755);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync("../../dist/client/cli/main.js", link);
}
