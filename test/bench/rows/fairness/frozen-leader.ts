import { rmSync } from "node:fs";
import { temporaryFolder } from "../../../support/folder.ts";
import { startService } from "../../../support/service.ts";
import { until } from "../../../support/wait.ts";
import { type BenchService, program } from "../../bench.ts";
import type { Measured, Row } from "../../row.ts";
import { secondsSince } from "../../timed.ts";

export const frozenLeader: Row = {
  name: "fairness: a frozen leader",
  about:
    "Two services on one database; the one that leads is frozen (SIGSTOP): until the other leads.",
  async measure(bench): Promise<Measured[]> {
    const store = temporaryFolder("store");
    const shared = { SECRET_KEY: "k".repeat(40), STORE_URL: `file://${store}` };
    const first = await bench.service(shared);
    const env = { RUNNER: "external", OPERATIONS: "noop", LOG_LEVEL: "warn" };
    const second = await startService(
      { ...shared, ...env, DATABASE_URL: first.databaseUrl ?? "" },
      [program],
    );
    try {
      const before = await until(() => leader(first));
      const began = performance.now();
      process.kill(before.pid, "SIGSTOP");
      const isReplaced = async () => ((await leader(first))?.term ?? 0) > before.term;
      await until(isReplaced, { timeoutSeconds: 60, everyMilliseconds: 50 }).finally(() =>
        process.kill(before.pid, "SIGCONT"),
      );
      return [
        {
          what: "a frozen leader is replaced",
          value: secondsSince(began),
          unit: "s",
          must: { atMost: 15 },
        },
      ];
    } finally {
      await second.remove();
      await first.remove();
      rmSync(store, { recursive: true, force: true });
    }
  },
};

async function leader({ db }: BenchService): Promise<{ pid: number; term: number } | undefined> {
  const [row] = await db.query<{ pid: number; term: number }>(
    `SELECT split_part(holder, ' ', 2)::int AS pid, term FROM leaders
     WHERE duty = 'scheduler' AND expires_at > clock_timestamp()`,
  );
  return row;
}
