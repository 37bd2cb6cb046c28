// npm run db:schema: writes prisma/schema.prisma as the migrations have it.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { migrate } from "../src/db/migrate.ts";
import { openSchemaEngine } from "./support/schema-engine.ts";
import { throwawayPostgres } from "./support/throwaway-postgres.ts";

const comment =
  "// The ledger as Prisma's tools see it; prisma/migrations is what is applied. Written by " +
  "`npm run db:schema`.";
/** The small compiler of queries takes 36 MB of memory, the default one 70. */
const blocks = `datasource db {
  provider = "postgresql"
}

generator client {
  provider               = "prisma-client"
  output                 = "../generated/source"
  runtime                = "nodejs"
  moduleFormat           = "esm"
  generatedFileExtension = "ts"
  importFileExtension    = "js"
  engineType             = "client"
  compilerBuild          = "small"
  previewFeatures        = ["partialIndexes"]
}
`;

const postgres = await throwawayPostgres();
try {
  await migrate(postgres.url);
  const schema = { files: [{ path: "schema.prisma", content: blocks }] };
  const engine = await openSchemaEngine(postgres.url, schema);
  const found = await engine.introspect({
    schema,
    force: true,
    baseDirectoryPath: "/",
    compositeTypeDepth: -1,
    namespaces: null,
  });
  const models = (found.schema.files[0]?.content ?? "").replace(
    /^\/\/\/ This table contains check constraints.*\n/gm,
    "",
  );
  writeFileSync(
    fileURLToPath(new URL("../prisma/schema.prisma", import.meta.url)),
    `${comment}\n\n${models}`,
  );
} finally {
  await postgres.stop();
}
