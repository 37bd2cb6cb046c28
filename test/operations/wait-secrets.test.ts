// Addresses with secrets on their way through an outside service.
import { afterEach, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { removeUnneededSecrets } from "../../src/tasks/housekeep.ts";
import { tracesInDatabase } from "../attacks/traces.ts";
import { until } from "../support/wait.ts";
import { openWaitSuite, type WaitSuite, ways } from "./wait/suite.ts";

let suite: WaitSuite;
afterEach(async () => {
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
});

async function locationOf(id: string): Promise<{ location: string } | undefined> {
  const [row] = await suite.ctx.db.query<{ location: string }>(
    "SELECT location FROM request_files WHERE request_id = $1",
    [id],
  );
  return row;
}

describe.each(ways)("%s", (way) => {
  test("signed addresses are whole for the outside service and the next step, and nowhere else", async () => {
    suite = await openWaitSuite(way, { env: { WAIT_BATCH_FILES: "1" } });
    const given: string[] = [];
    suite.hooks.afterStart = async (task) => {
      for (const { replicas } of await task.files()) given.push(...replicas);
    };
    const address = "https://archive.example/f.nc?X-Amz-Signature=hunter2";
    const id = await suite.submit(
      [address],
      [{ operation: "wait", signature: "hunter3" }, { operation: "noop" }],
    );
    await until(async () => {
      const started = await suite.ctx.db.query("SELECT FROM tasks WHERE state = 'running'");
      return started.length === 1;
    });
    expect(given).toEqual([address]);
    await suite.pass(7200);
    const [task] = await suite.api.ledger.claim(1);
    const located = `https://disk.example/${id}/${task?.file}`;
    expect(task?.replicas).toEqual([`${located}?Signature=hunter3`]);
    expect(await locationOf(id)).toMatchObject({ location: `${located}?[redacted]` });
    const secrets = ["hunter2", "hunter3"];
    const traces = await tracesInDatabase(suite.ctx.databaseUrl, secrets);
    // What a user writes into the settings of a step is shown with the step
    expect(traces.map(({ where }) => where)).toEqual(["public.request_steps.settings"]);

    if (task) await suite.api.ledger.report(task, "success");
    await suite.api.ledger.ended(id);
    await deleteRequest(suite.ctx, id, local);
    await until(async () => {
      await removeUnneededSecrets(suite.ctx);
      const left = await suite.ctx.db.query("SELECT FROM location_secrets");
      return left.length === 0;
    });
    expect(suite.outside.released).toEqual([{ request: id, file: task?.file }]);
  });
});
