// The command line in the process of the test.
import { afterEach, beforeEach, vi } from "vitest";
import { runCommand } from "../../src/client/cli/run-command.ts";
import { nowhere, type Ran } from "./cli.ts";

/** What the test that runs now has printed; nothing reaches the terminal. */
export interface Printed {
  stdout: string;
  stderr: string;
}

/** For a file of tests: without the settings and profiles of whoever runs them. */
export function cliHere(): Printed {
  const printed: Printed = { stdout: "", stderr: "" };
  beforeEach(() => {
    Object.assign(printed, { stdout: "", stderr: "" });
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      printed.stdout += text;
      return true;
    });
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      printed.stderr += text;
      return true;
    });
    for (const name of ["DATA_DIR", "XDG_CONFIG_HOME"]) vi.stubEnv(name, nowhere);
    for (const name of ["URL", "TOKEN", "PROFILE"]) vi.stubEnv(`LONGSHORE_${name}`, "");
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
  return printed;
}

/** Runs a command in this process. Returns what this one command has printed. */
export async function runHere(printed: Printed, words: readonly string[]): Promise<Ran> {
  Object.assign(printed, { stdout: "", stderr: "" });
  const code = await runCommand([...words]);
  return { code, ...printed };
}
