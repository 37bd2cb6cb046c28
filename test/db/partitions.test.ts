import { expect, test } from "vitest";
import { openDb } from "../../src/db/client.ts";
import { ensurePartitions } from "../../src/db/partitions.ts";
import { freshDatabase } from "../support/database.ts";

test("many services at once make next month's partition once", async () => {
  const database = await freshDatabase();
  const db = openDb({ url: database.url, applicationName: "tests" });
  const newYear = new Date("2031-12-31T23:59:59Z");
  await Promise.all(Array.from({ length: 8 }, () => ensurePartitions(db, newYear)));
  const rows = await db.query<{ name: string }>(
    "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = " +
      "'file_status'::regclass ORDER BY 1",
  );
  const names = rows.map((row) => row.name);
  expect(names).toEqual(
    expect.arrayContaining(["file_status_2031_11", "file_status_2031_12", "file_status_2032_01"]),
  );
  expect(new Set(names).size).toBe(names.length);
  await db.close();
  await database.drop();
});
