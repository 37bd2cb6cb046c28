// Postgres refuses to run as root: it then runs as `nobody`, who owns its folder and nothing else.
import { execFile } from "node:child_process";
import { chownSync, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { childEnvironment } from "../../config.ts";

const nobody = 65534;

export interface Account {
  /** Runs one of Postgres' programs to its end; rejects with what it said. */
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
 * For a clone or data folder below one that only root may enter, such as /root. Postgres can then
 * read every file of this machine, which is less than root can; without the securebits the
 * capability is lost with the change of user.
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

/** Whether `nobody` may pass through every folder above a place. */
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
    // From /: the account may not enter the folder we were started in.
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
