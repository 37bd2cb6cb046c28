import { type Channel, connect } from "amqplib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { until } from "../support/wait.ts";
import { type Outside, openOutside } from "./sidecars.ts";

const rabbit = await makeRabbit({ management: true });

describe.skipIf(!rabbit)("the broker's login of a run", () => {
  let outside: Outside;
  beforeAll(async () => {
    await rabbit?.start();
    const management = rabbit?.managementUrl ?? "";
    outside = await openOutside(rabbit?.url ?? "", { RABBIT_MANAGEMENT_URL: management });
  });
  afterAll(async () => {
    expect(await outside.ledger.violations()).toEqual([]);
    await outside.close();
    await rabbit?.remove();
  });

  /** What the broker answers to something done with this login. */
  async function refusal(
    address: string,
    attempt: (channel: Channel) => Promise<unknown> | boolean,
  ): Promise<string> {
    const connection = await connect(address);
    connection.on("error", () => undefined);
    const channel = await connection.createChannel();
    const closed = new Promise<string>((resolve) => {
      channel.once("error", (error: Error) => resolve(error.message));
    });
    try {
      await attempt(channel);
      // A refused publish closes the channel, after which nothing else can be asked.
      const asked = Promise.resolve(channel.checkExchange("celery.pidbox")).then(
        () => "allowed",
        () => closed,
      );
      return await Promise.race([closed, asked]);
    } catch {
      return closed;
    } finally {
      await connection.close().catch(() => undefined);
    }
  }

  test("is enough for real Celery to do its files, and goes with the run", async () => {
    const id = await outside.submit(["one.root", "two.root", "three.root"]);
    const address = await outside.login(id);
    expect(new URL(address).username).toMatch(new RegExp(`^longshore-[0-9a-f]{12}-run-${id}$`));
    const sidecar = await outside.sidecar(id, address);
    expect(await outside.ledger.ended(id)).toMatchObject({ counters: { done: 3 } });
    // It heard the call to take no more, which comes by its mailbox.
    await until(async () => !(await outside.ledger.ctx.transformers?.look(id)));
    expect(sidecar.isAlive()).toBe(true);
    await until(async () =>
      connect(address).then(
        async (connection) => {
          await connection.close();
          return false;
        },
        () => true,
      ),
    );
    await sidecar.kill();
  });

  test("defect 37: reaches neither another queue nor the workers of others", async () => {
    const [mine, other] = [await outside.submit(["a.root"]), await outside.submit(["b.root"])];
    const address = await outside.login(mine);
    await until(async () => (await outside.ledger.ctx.transformers?.look(other))?.ready === 1);
    const text = Buffer.from("{}");
    const theirs = `transformer-${other}`;
    const attempts: Record<string, (channel: Channel) => Promise<unknown> | boolean> = {
      "publish to another's queue": (channel) => channel.publish("", theirs, text),
      "publish reports to the service's queue": (channel) =>
        channel.publish("", "longshore.reports", text),
      "publish to its own queue": (channel) => channel.publish("", `transformer-${mine}`, text),
      "call all workers": (channel) => channel.publish("celery.pidbox", "", text),
      "publish to a finder": (channel) => channel.publish("", "did_finder_rucio", text),
      "take from another's queue": async (channel) => channel.consume(theirs, () => undefined),
      "empty another's queue": async (channel) => channel.purgeQueue(theirs),
      "delete another's queue": async (channel) => channel.deleteQueue(theirs),
      "make a queue of another name": async (channel) => channel.assertQueue("anything"),
      "take reports": async (channel) => channel.consume("longshore.reports", () => undefined),
    };
    for (const [what, attempt] of Object.entries(attempts))
      expect(`${what}: ${await refusal(address, attempt)}`).toContain("ACCESS_REFUSED");
    expect((await outside.ledger.ctx.transformers?.look(other))?.ready).toBe(1);
  });

  test("for reports is write permission on their exchange alone", async () => {
    const password = "a-password-of-a-worker";
    await rabbit?.control("add_user", "reporter", password);
    await rabbit?.control("set_permissions", "reporter", "^$", "^longshore\\.reports$", "^$");
    const address = new URL(rabbit?.url ?? "");
    address.username = "reporter";
    address.password = password;
    const id = await outside.ledger.submit(1);
    const [task] = await outside.ledger.claim(1, { request: id });
    const connection = await connect(address.href);
    const channel = await connection.createConfirmChannel();
    const { request, file, step, attempt } = task ?? {};
    const reports = [{ request, file, step, attempt, status: "success" }];
    channel.publish(
      "longshore.reports",
      "",
      Buffer.from(JSON.stringify({ worker: "reporter", reports })),
      { contentType: "application/json" },
    );
    await channel.waitForConfirms();
    await connection.close();
    expect(await outside.ledger.ended(id)).toMatchObject({ counters: { done: 1 } });
  });
});
