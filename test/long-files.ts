/**
 * Tests that wait for time-outs, kill and freeze processes again and again, or count to 100,000:
 * each takes more than half a minute on a quiet machine. They run by `npm run test:long`.
 */
export const longFiles = [
  "chaos/chaos.test.ts",
  "client/usage.test.ts",
  "db/frozen-leader.test.ts",
  "model/ledger.test.ts",
  "operations/scale.test.ts",
  "operations/wait.test.ts",
  "queue/rabbitmq.test.ts",
  "requests/beside-large.test.ts",
  "requests/delete.test.ts",
  "requests/killed-processes.test.ts",
  "requests/locked-rows.test.ts",
  "runner/local.test.ts",
  "surroundings/database.test.ts",
  "surroundings/silent-database.test.ts",
  "worker/full-disk.test.ts",
].map((path) => `test/${path}`);
