import { execFile } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * The Python of a virtual environment with these packages, made once and kept as `.venv-<name>`.
 * The name stands for the packages: others, another name. Client tests run one file after the
 * other, so there is one maker at a time; what was never finished is made anew.
 */
export async function venv(name: string, packages: string[]): Promise<string> {
  const folder = join(repository, `.venv-${name}`);
  const python = join(folder, "bin", "python");
  const finished = join(folder, "packages.txt");
  if (existsSync(finished)) return python;
  rmSync(folder, { recursive: true, force: true });
  await run("python3", ["-m", "venv", folder]);
  await run(
    python,
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages],
    { maxBuffer: 1 << 26 },
  );
  writeFileSync(finished, packages.join("\n"));
  return python;
}
