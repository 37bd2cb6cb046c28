import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Arguments: the folder, the file that says that it is finished, the packages. */
const make = `set -e
folder=$1 finished=$2; shift 2
[ ! -e "$finished" ] || exit 0
rm -rf "$folder"
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
printf '%s\\n' "$@" > "$finished"`;

/**
 * The Python of a virtual environment with these packages, made once and kept as `.venv-<name>`.
 * The name stands for the packages: others, another name. Files of tests that run at once may need
 * the same one, so its maker holds a lock, which ends with it; what was not finished is made anew.
 */
export async function venv(name: string, packages: string[]): Promise<string> {
  const folder = join(repository, `.venv-${name}`);
  const finished = join(folder, "packages.txt");
  if (!existsSync(finished)) {
    const making = ["bash", "-c", make, "venv", folder, finished, ...packages];
    await run("flock", [`${folder}.lock`, ...making], { maxBuffer: 1 << 26 });
  }
  return join(folder, "bin", "python");
}
