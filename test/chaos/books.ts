// What the database, the store, the queue and the workers' journals show after a run.
import { type Db, openDb } from "../../src/db/client.ts";
import { poisonTopic, reportsTopic } from "../../src/queue/contract.ts";
import { audit } from "../../src/requests/audit/audit.ts";
import { openFolderStore } from "../../src/storage/folder.ts";
import { type LostTries, lostTries } from "./lost-tries.ts";
import { missingReports } from "./missing.ts";
import { raceViolations } from "./race-checks.ts";
import type { Race } from "./races.ts";
import { fileAttempts, type Stage } from "./stage.ts";
import { readPage } from "./worker/journal.ts";

export interface Books {
  /** reports that the service said it recorded */
  acknowledged: number;
  /** reports that the broker stored */
  confirmed: number;
  /** acknowledged or confirmed ones that the history lacks (I4) */
  lost: string[];
  violations: string[];
  lostTries: LostTries;
}

export async function closeBooks(stage: Stage, races: readonly Race[]): Promise<Books> {
  const { database, store, workers } = stage;
  const db = openDb({ url: await database.url(), applicationName: "auditor", max: 2 });
  const objects = await openFolderStore(store.path, async () => "");
  try {
    // Deletions of races may still be settled: the audit comes after.
    const ofRaces = await raceViolations(db, races);
    const options = { fileAttempts, operationsWithOutputs: ["transform"] };
    const { violations } = await audit(db, objects, options);
    const acknowledged = readPage(workers.journals(), "acknowledged");
    const confirmed = readPage(workers.journals(), "confirmed");
    return {
      acknowledged: acknowledged.length,
      confirmed: confirmed.length,
      lost: [
        ...(await missingReports(db, "acknowledged", acknowledged)),
        ...(await missingReports(db, "confirmed", confirmed)),
      ],
      violations: [
        ...violations.map(({ invariant, request, detail }) => `${invariant} ${request} ${detail}`),
        ...ofRaces,
        ...(await poisoned(stage, db)),
      ],
      lostTries: await lostTries(db, workers),
    };
  } finally {
    await db.close();
    await objects.close();
  }
}

/** Every report of our workers can be read and recorded, so none may be set aside as poison. */
async function poisoned({ rabbit }: Stage, db: Db): Promise<string[]> {
  const topic = poisonTopic(reportsTopic);
  const count = rabbit
    ? depthOf(await rabbit.control("list_queues", "--quiet", "name", "messages"), topic)
    : ((
        await db.query<{ count: number }>(
          "SELECT count(*) AS count FROM queue_messages WHERE topic = $1",
          [topic],
        )
      )[0]?.count ?? 0);
  return count ? [`${count} messages with reports are in ${topic}`] : [];
}

function depthOf(listed: string, queue: string): number {
  const line = listed.split("\n").find((text) => text.split("\t")[0] === queue);
  return Number(line?.split("\t")[1] ?? 0);
}
