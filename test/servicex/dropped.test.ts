import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeQueueWatch } from "../../src/requests/sidecars/watch-queues.ts";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { until } from "../support/wait.ts";
import { type Outside, openOutside } from "./sidecars.ts";

const rabbit = await makeRabbit({ management: true });

/** A file may be with its container for an hour: it is the broker that tells sooner. */
describe.skipIf(!rabbit)("with the broker's management API", () => {
  let outside: Outside;
  beforeAll(async () => {
    await rabbit?.start();
    outside = await openOutside(rabbit?.url ?? "", {
      RABBIT_MANAGEMENT_URL: rabbit?.managementUrl ?? "",
      SIDECAR_QUIET_SECONDS: "3",
    });
  });
  afterAll(async () => {
    expect(await outside.ledger.violations()).toEqual([]);
    await outside.close();
    await rabbit?.remove();
  });

  const infos = (id: string) =>
    outside.ledger.ctx.db.query<{ status: string; info: string | null }>(
      "SELECT status, info FROM file_status WHERE request_id = $1 ORDER BY seq",
      [id],
    );

  test("a file that was acknowledged and not reported is given out again", async () => {
    const id = await outside.submit(["dropped.root"]);
    await outside.sidecar(id);
    expect(await outside.ledger.ended(id)).toMatchObject({
      state: "complete",
      counters: { done: 1, failed: 0 },
    });
    const lost = (await infos(id)).filter(({ status }) => status === "lost");
    expect(lost).toEqual([{ status: "lost", info: "its container took it and did not report it" }]);
  });

  test("a file that a container has is left to it, however long it takes", async () => {
    const id = await outside.submit(["held.root"]);
    const one = await outside.sidecar(id);
    await until(() => outside.taken("held.root", one));
    const { ctx } = outside.ledger;
    await until(async () => (await outside.ledger.read(id)).counters.running === 1);
    await until(async () => (await ctx.transformers?.held(id)) === 1);
    let seconds = 0;
    const watch = makeQueueWatch(ctx, () => seconds * 1_000);
    expect(await watch()).toBe(0);
    seconds = 3_000;
    expect(await watch()).toBe(0);
    outside.mark("go");
    expect(await outside.ledger.ended(id)).toMatchObject({ counters: { done: 1 } });
    expect((await infos(id)).map(({ status }) => status)).not.toContain("lost");
  });
});
