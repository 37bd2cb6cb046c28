// One embedded Postgres for the whole run, with a migrated database that every test copies, and one
// build of the programs that tests start.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { buildForTests } from "./build.ts";
import { databaseServer, testSettings } from "./database-server.ts";
import { takeDefaultPorts } from "./default-ports.ts";
import { openRunFolder } from "./run-folder.ts";
import { makeTemplate } from "./template-database.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

declare module "vitest" {
  export interface ProvidedContext {
    databaseServer: string;
  }
}

/**
 * TEST_DATABASE_SERVER names a server that has the template already: that of `npm run mutants`,
 * whose few tests that start a program take it from the sources.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const ready = process.env.TEST_DATABASE_SERVER;
  if (ready) {
    project.provide("databaseServer", ready);
    return async () => undefined;
  }
  const run = await openRunFolder();
  // Made before the folder of the run is known, for the modules that vitest compiles
  run.add(project.tmpDir);
  const { makePrismaClient } = await import(join(root, ".ci", "prisma-client.mjs"));
  if ((await makePrismaClient()) !== 0) throw new Error("The client of people is not made.");
  const built = await buildForTests(run.add);
  // Inherited by the processes that run the tests
  process.env.TEST_BUILT = built.folder;
  const giveBackPorts = await takeDefaultPorts();
  const postgres = await databaseServer(testSettings);
  await makeTemplate(postgres.url);
  project.provide("databaseServer", postgres.url);
  return async () => {
    built.remove();
    giveBackPorts();
    await postgres.stop();
  };
}
