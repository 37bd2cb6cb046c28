// A load generator is a process of its own: a job goes in as a file, its result comes out as a
// line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "../../../src/config.ts";
import { temporaryFolder } from "../../support/folder.ts";

/** Runs `load/<name>.ts`; returns what it printed last. */
export async function runLoad<Job, Result>(
  name: string,
  job: Job,
  timeoutSeconds: number,
): Promise<Result> {
  const folder = temporaryFolder("load");
  const file = join(folder, "job.json");
  writeFileSync(file, JSON.stringify(job));
  const program = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, file], {
    env: childEnvironment(),
    stdio: ["ignore", "pipe", "inherit"],
    timeout: timeoutSeconds * 1000,
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  rmSync(folder, { recursive: true });
  if (code !== 0)
    throw new Error(
      `The load generator ${name} ended with ${code ?? signal} (it had ${timeoutSeconds} s).`,
    );
  return JSON.parse(output.trimEnd().split("\n").at(-1) ?? "") as Result;
}
