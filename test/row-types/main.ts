// npm run check:rows: the statements of src/ and their row types against the migrations.
import { fileURLToPath } from "node:url";
import { migrate } from "../../src/db/migrate.ts";
import { throwawayPostgres } from "../support/throwaway-postgres.ts";
import { checkRowTypes } from "./check.ts";

const unknownText =
  "decides the text of this statement, and may be anything: make it a constant, " +
  "give it a type of few words, or keep the function in the file of its callers, unexported";
const root = fileURLToPath(new URL("../../", import.meta.url));
const began = performance.now();
const postgres = await throwawayPostgres();
try {
  await migrate(postgres.url);
  const migrated = performance.now();
  const { statements, problems, unknown } = await checkRowTypes({
    root,
    folder: "src",
    url: postgres.url,
  });
  for (const problem of problems) console.error(problem);
  for (const place of unknown) console.error(`${place} ${unknownText}`);
  const seconds = (from: number) => ((performance.now() - from) / 1000).toFixed(1);
  console.log(
    `${statements} statements in ${seconds(began)} s (${seconds(migrated)} s without the ` +
      `database), ${problems.length} problems.`,
  );
  process.exitCode = problems.length + unknown.length ? 1 : 0;
} finally {
  await postgres.stop();
}
