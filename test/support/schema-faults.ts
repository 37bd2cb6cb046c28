import { join } from "node:path";
import { migrationSumFaults } from "../../prisma/migration-sums.ts";
import { openSchemaEngine, readDatamodel, readMigrationList } from "./schema-engine.ts";

const filters = { externalTables: [], externalEnums: [] };

/**
 * What Prisma's engine and the noted sums find wrong with a folder of schema and migrations, and
 * with a database made by them.
 */
export async function schemaFaults(databaseUrl: string, prisma: string): Promise<string[]> {
  const schema = readDatamodel(join(prisma, "schema.prisma"));
  const migrations = readMigrationList(join(prisma, "migrations"));
  const engine = await openSchemaEngine(databaseUrl, schema);
  const found = await engine.diagnoseMigrationHistory({
    migrationsList: migrations,
    optInToShadowDatabase: true,
    filters,
  });
  const drift = await engine.diff({
    from: { tag: "migrations", ...migrations },
    to: { tag: "schemaDatamodel", ...schema },
    script: true,
    exitCode: true,
    filters,
  });
  return [
    ...migrationSumFaults(prisma),
    ...found.editedMigrationNames.map(
      (name) => `The migration ${name} was edited after it had been applied.`,
    ),
    ...found.failedMigrationNames.map((name) => `The migration ${name} is recorded as failed.`),
    ...(found.hasMigrationsTable ? [] : ["The database has no table _prisma_migrations."]),
    ...(found.history === null
      ? []
      : [`The database and the migrations differ: ${JSON.stringify(found.history)}.`]),
    ...(drift.exitCode === 0
      ? []
      : [
          "prisma/schema.prisma says something else than the migrations (npm run db:schema " +
            `writes it); missing:\n${drift.stdout}`,
        ]),
  ];
}
