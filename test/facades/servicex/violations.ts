import { readConfig } from "../../../src/config.ts";
import { openDb } from "../../../src/db/client.ts";
import { audit } from "../../../src/requests/audit/audit.ts";
import { openStore } from "../../../src/storage/open.ts";
import type { Service } from "../../support/service.ts";

/** What `longshore audit` finds in a service's database and store. */
export async function violationsOf({ databaseUrl = "", dataDir }: Service): Promise<string[]> {
  const db = openDb({ url: databaseUrl, applicationName: "test audit", max: 2 });
  const site = { publicUrl: () => "", internalUrl: () => "", signingKey: Buffer.alloc(0) };
  const store = await openStore(readConfig({ DATA_DIR: dataDir }), site);
  const { violations } = await audit(db, store, {
    fileAttempts: 3,
    operationsWithOutputs: ["transform"],
  });
  await store.close();
  await db.close();
  return violations.map(({ invariant, detail }) => `${invariant} ${detail}`);
}
