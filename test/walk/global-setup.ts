import type { TestProject } from "vitest/node";
import { openRunFolder } from "../support/run-folder.ts";

/** An interrupted walk leaves no service, terminal or file. */
export default async function setup({ tmpDir }: TestProject): Promise<void> {
  const run = await openRunFolder();
  run.add(tmpDir);
}
