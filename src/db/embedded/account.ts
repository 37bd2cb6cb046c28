// Postgres refuses to run as root. If we are root, it runs as `nobody`, who owns only its folder.
import { execFile } from "node:child_process";
import { chownSync, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { childEnvironment } from "../../config.ts";

const nobody = 65534;

export interface Account {
  /** Runs one of Postgres' programs to its end; rejects with its output. */
  run(program: string, args: string[]): Promise<string>;
  /** Gives a file or folder to the account. */
  own(path: string): void;
}

/** The account for programs and data in these places. */
export function chooseAccount(places: string[]): Account {
  if (process.getuid?.() !== 0)
    return { run: (program, args) => runProgram(program, args, {}), own: () => undefined };
  const own = (path: string) => chownSync(path, nobody, nobody);
  if (places.every(reachable))
    return { own, run: (program, args) => runProgram(program, args, { uid: nobody, gid: nobody }) };
  return {
    own,
    run: (program, args) => runProgram("setpriv", [...readEverything, program, ...args], {}),
  };
}

/**
 * For code or data below a folder that only root may enter, such as /root. Postgres can then read
 * every file of this machine, which is still less than root can do. Without the securebits, the
 * change of user would drop the capability.
 */
const readEverything = [
  ...[
    "--reuid",
    String(nobody),
    "--regid",
    String(nobody),
    "--clear-groups",
    "--securebits",
    "+no_setuid_fixup",
  ],
  ...["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"],
];

/** Whether `nobody` may pass through every folder above this path. */
function reachable(place: string): boolean {
  for (let folder = place; ; folder = dirname(folder)) {
    if (existsSync(folder) && !mayEnter(folder)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function mayEnter(folder: string): boolean {
  const { mode, uid } = statSync(folder);
  return (mode & (uid === nobody ? 0o100 : 0o001)) !== 0;
}

async function runProgram(
  program: string,
  args: string[],
  as: { uid?: number; gid?: number },
): Promise<string> {
  try {
    // In /, since the account may not be allowed to enter the current folder.
    const { stdout } = await promisify(execFile)(program, args, {
      ...as,
      cwd: "/",
      env: { PATH: childEnvironment().PATH, LC_ALL: "C", TZ: "UTC" },
    });
    return stdout;
  } catch (error) {
    const { stderr, stdout, message } = error as Error & { stderr?: string; stdout?: string };
    throw new Error([`${program} failed:`, stderr?.trim() || stdout?.trim() || message].join(" "), {
      cause: error,
    });
  }
}
