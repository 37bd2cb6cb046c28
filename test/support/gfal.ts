// The commands of Debian's gfal2, as a user runs them: an address, a token and an authority.
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { childEnvironment } from "../../src/config.ts";

/** Debian's own Python, whatever else is on PATH: its packages are that one's. */
const python = "/usr/bin/python3";

export const gfalPackages = ["gfal2-util-scripts", "gfal2-plugin-http"];

/** Fails loudly where it is missing: a test that skips would pass without a look. */
export function needGfal(): void {
  if (spawnSync(python, ["-c", "import gfal2, gfal2_util"]).status !== 0)
    throw new Error(`These tests need gfal2: apt-get install ${gfalPackages.join(" ")}`);
}

export interface Ran {
  exit: number;
  output: string;
  errors: string;
}

export interface Gfal {
  /** one of its commands, without `gfal-` */
  run(command: string, ...words: string[]): Promise<Ran>;
  /** a program of ours that uses its library, given a value as JSON */
  python(program: string, input: unknown): Promise<Ran>;
}

interface Surroundings {
  /** sent as a bearer token; undefined: none */
  token?: string;
  /** the folder of the authorities that are trusted */
  authorities: string;
}

export function makeGfal({ token, authorities }: Surroundings): Gfal {
  const env = {
    ...childEnvironment(),
    GFAL_PYTHONBIN: python,
    ...(token !== undefined && { BEARER_TOKEN: token }),
    X509_CERT_DIR: authorities,
    HOME: "/nonexistent",
  };
  function ran(program: string, words: string[], input = ""): Promise<Ran> {
    return new Promise((resolve) => {
      const child = execFile(program, words, { env }, (error, output, errors) => {
        const { code = 0 } = (error ?? {}) as { code?: number };
        resolve({ exit: code, output, errors });
      });
      child.stdin?.end(input);
    });
  }

  return {
    run: (command, ...words) => ran(`/usr/bin/gfal-${command}`, words),
    python: (program, input) => ran(python, [program], JSON.stringify(input)),
  };
}

/** Such a folder, where each authority has the name that openssl looks for. */
export function authoritiesOf(certificate: string, folder: string): string {
  const hash = execFileSync("openssl", ["x509", "-hash", "-noout", "-in", certificate], {
    encoding: "utf8",
  });
  mkdirSync(folder);
  copyFileSync(certificate, join(folder, `${hash.trim()}.0`));
  return folder;
}
