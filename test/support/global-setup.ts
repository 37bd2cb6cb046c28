// One embedded Postgres for the whole run, with a migrated database that every test copies, and one
// build of the programs that tests start.
import type { TestProject } from "vitest/node";
import { buildForTests } from "./build.ts";
import { databaseServer, testSettings } from "./database-server.ts";
import { makeTemplate } from "./template-database.ts";

declare module "vitest" {
  export interface ProvidedContext {
    databaseServer: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const built = await buildForTests();
  // Inherited by the processes that run the tests
  process.env.TEST_BUILT = built.folder;
  const server = await migratedServer();
  project.provide("databaseServer", server.url);
  return async () => {
    built.remove();
    await server.stop();
  };
}

/** TEST_DATABASE_SERVER names a server that has the template already: that of `npm run mutants`. */
async function migratedServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const url = process.env.TEST_DATABASE_SERVER;
  if (url) return { url, stop: async () => undefined };
  const postgres = await databaseServer(testSettings);
  await makeTemplate(postgres.url);
  return postgres;
}
