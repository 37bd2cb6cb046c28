// cdo and ncks that tell what they were called with, and wait where a test says so.
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface ToolCall {
  tool: string;
  /** the file that it was about, by its real path */
  input: string;
  args: string[];
  /** names and values */
  environment: string[];
}

export interface Tools {
  env: { CDO_BIN: string; NCKS_BIN: string };
  calls(): ToolCall[];
}

const real = { cdo: "/usr/bin/cdo", ncks: "/usr/bin/ncks" };

/** `before`: lines of a shell that has `$input`, the real path of the file, and no `PATH`. */
export function recordedTools(folder: string, before = ""): Tools {
  const log = join(folder, "calls");
  const programs = Object.entries(real).map(([tool, path]) => {
    const program = join(folder, tool);
    // One write for each call: others write at the same time
    writeFileSync(
      program,
      `#!/bin/bash
input=$(/usr/bin/readlink -f input.nc)
environment=$(/usr/bin/tr '\\0' '\\t' < /proc/$$/environ)
line="${tool}"$'\\x1f'"$input"$'\\x1f'"$environment"
for arg in "$@"; do line+=$'\\x1f'"$arg"; done
printf '%s\\x1e' "$line" >> '${log}'
${before}
exec ${path} "$@"
`,
    );
    chmodSync(program, 0o755);
    return program;
  });
  const [cdo = "", ncks = ""] = programs;
  return {
    env: { CDO_BIN: cdo, NCKS_BIN: ncks },
    calls() {
      if (!existsSync(log)) return [];
      const lines = readFileSync(log, "utf8").split("\x1e").slice(0, -1);
      return lines.map((line) => {
        const [tool = "", input = "", environment = "", ...args] = line.split("\x1f");
        return { tool, input, args, environment: environment.split("\t").filter(Boolean) };
      });
    },
  };
}
