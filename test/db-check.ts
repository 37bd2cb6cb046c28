// npm run db:check: Prisma's own engine accepts the database that our migrator made, and
// schema.prisma says what the migrations say.
import { fileURLToPath } from "node:url";
import { migrate } from "../src/db/migrate.ts";
import { databaseServer } from "./support/database-server.ts";
import { schemaFaults } from "./support/schema-faults.ts";

const postgres = await databaseServer();
try {
  await migrate(postgres.url);
  const faults = await schemaFaults(
    postgres.url,
    fileURLToPath(new URL("../prisma", import.meta.url)),
  );
  for (const fault of faults) console.error(fault);
  if (faults.length === 0)
    console.log("Migrations and schema are one, and Prisma's engine agrees.");
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await postgres.stop();
}
