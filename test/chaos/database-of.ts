import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { childEnvironment } from "../../src/config.ts";
import type { Service } from "../support/service.ts";

const cli = fileURLToPath(new URL("../../src/client/cli/main.ts", import.meta.url));

/** The read-only URL of a service's embedded database, as its operator asks for it. */
export async function databaseOf(service: Service): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", cli, "db", "url"],
    {
      env: { ...childEnvironment(), DATA_DIR: service.dataDir },
    },
  );
  return stdout.trim();
}
