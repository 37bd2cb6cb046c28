import { rmSync, writeFileSync } from "node:fs";
import type { Ran } from "./cli.ts";
import { runCliInside } from "./cli-inside.ts";
import { temporaryFolder } from "./folder.ts";
import { type Service, startService } from "./service.ts";

/** A service, and the command line that calls it from a folder of inputs. */
export interface ServiceCli {
  service: Service;
  cwd: string;
  longshore(...args: string[]): Promise<Ran>;
  /** Selects `x` of each file of the folder that matches, as CSV, and returns the request's id. */
  selected(pattern: string): Promise<string>;
  remove(): Promise<void>;
}

/** `files`: the texts of inputs, by name. */
export async function startServiceCli(
  name: string,
  env: Record<string, string> = {},
  files: Record<string, string> = {},
): Promise<ServiceCli> {
  const cwd = temporaryFolder(name);
  for (const [file, text] of Object.entries(files)) writeFileSync(`${cwd}/${file}`, text);
  const service = await startService({ INPUT_ROOTS: cwd, ...env });
  const longshore = (...args: string[]) =>
    runCliInside(args, { cwd, env: { LONGSHORE_URL: service.url } });
  return {
    service,
    cwd,
    longshore,
    selected: async (pattern) => {
      const sql = ["--sql", "select x from input", "--format", "csv"];
      const ran = await longshore("submit", "--files", pattern, ...sql, "--wait", "--json");
      return (JSON.parse(ran.stdout) as { id: string }).id;
    },
    remove: async () => {
      await service.remove();
      rmSync(cwd, { recursive: true });
    },
  };
}
