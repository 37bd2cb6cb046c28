// One embedded Postgres for the whole run, with a migrated database that every test copies.
import type { TestProject } from "vitest/node";
import { makeTemplate } from "./template-database.ts";
import { throwawayPostgres } from "./throwaway-postgres.ts";

declare module "vitest" {
  export interface ProvidedContext {
    databaseServer: string;
  }
}

/** TEST_DATABASE_SERVER names a server that has the template already: that of `npm run mutants`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const ready = process.env.TEST_DATABASE_SERVER;
  if (ready) {
    project.provide("databaseServer", ready);
    return async () => undefined;
  }
  const postgres = await throwawayPostgres({ max_connections: "300" });
  await makeTemplate(postgres.url);
  project.provide("databaseServer", postgres.url);
  return postgres.stop;
}
