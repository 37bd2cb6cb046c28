/**
 * Tests that wait for time-outs, kill and freeze processes again and again, or count to 100,000:
 * each takes 20 seconds or more on a quiet machine. They run by `npm run test:long`.
 */
export const longFiles = [
  "chaos/chaos.test.ts",
  "db/frozen-leader.test.ts",
  "db/leader.test.ts",
  "db/place.test.ts",
  "db/roles.test.ts",
  "facades/isimip/killed.test.ts",
  "model/ledger.test.ts",
  "operations/files.test.ts",
  "operations/scale.test.ts",
  "operations/stage/killed.test.ts",
  "operations/wait.test.ts",
  "queue/rabbitmq.test.ts",
  "requests/beside-large.test.ts",
  "requests/database-trouble.test.ts",
  "requests/delete.test.ts",
  "requests/interrupted.test.ts",
  "requests/killed-processes.test.ts",
  "requests/locked-rows.test.ts",
  "requests/reports-queue.test.ts",
  "requests/restored.test.ts",
  "requests/starvation.test.ts",
  "runner/local.test.ts",
  "surroundings/database.test.ts",
  "surroundings/interrupted-tests.test.ts",
  "surroundings/script-help.test.ts",
  "surroundings/silent-database.test.ts",
  "web/large.test.ts",
  "worker/full-disk.test.ts",
].map((path) => `test/${path}`);
