// Finders of others that are asked by the broker: their queues, on a real RabbitMQ, read by the
// test.
import { randomUUID } from "node:crypto";
import { type Channel, type ChannelModel, connect, type GetMessage } from "amqplib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { askOnce } from "../../src/datasets/ask-finders.ts";
import { receiveComplete, receiveFiles } from "../../src/datasets/receive.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { type Ledger, openBeside, openLedger } from "../support/context.ts";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { until } from "../support/wait.ts";
import { closed, datasetOf, filesNamed, numberOf, submitDid, workOff } from "./support.ts";

const rabbit = await makeRabbit();
const token = randomUUID();

describe.skipIf(!rabbit)("a finder of others", () => {
  let ledger: Ledger;
  let model: ChannelModel;
  let channel: Channel;
  /** wanted while the broker was away */
  let early: { request: string; asked: GetMessage };
  beforeAll(async () => {
    const env = {
      VALID_DID_SCHEMES: "rucio,old",
      QUEUE_URL: rabbit?.url ?? "",
      INTERNAL_URL: "http://longshore:5000",
    };
    ledger = await openLedger({ env });
    const request = await submitDid(ledger, "rucio://early");
    await rabbit?.start();
    model = await connect(rabbit?.url ?? "");
    channel = await model.createChannel();
    // Its question is out of the queue before a test, which may run alone, waits for its own.
    await declared("did_finder_rucio");
    early = { request, asked: await next("did_finder_rucio") };
  });
  afterAll(async () => {
    expect(await ledger.violations()).toEqual([]);
    await model.close();
    await ledger.close();
    await rabbit?.remove();
  });

  const next = (queue: string): Promise<GetMessage> =>
    until(async () => (await channel.get(queue, { noAck: true })) || undefined);
  /** The question for this dataset; one that was asked again for another may come before it. */
  const questionOf = (dataset: number): Promise<GetMessage> =>
    until(async () => {
      const message = await channel.get("did_finder_rucio", { noAck: true });
      return message && JSON.parse(message.content.toString())[0][1] === dataset && message;
    });
  const declared = (queue: string) =>
    channel.assertQueue(queue, { durable: true, autoDelete: false, exclusive: false });
  /** As if it was asked for, and last heard of, so many seconds ago. */
  const age = (dataset: number, seconds: number) =>
    ledger.ctx.db.query(
      `UPDATE datasets SET asked_at = asked_at - make_interval(secs => $2),
         updated_at = updated_at - make_interval(secs => $2) WHERE id = $1`,
      [dataset, seconds],
    );

  test("that was wanted while the broker was away is asked when it is back", async () => {
    const dataset = await numberOf(ledger, early.request);
    expect(JSON.parse(early.asked.content.toString())[0]).toContain(dataset);
    await receiveComplete(ledger.ctx, dataset, local, { files: 0 });
    expect(await ledger.ended(early.request)).toMatchObject({ state: "complete" });
  });

  test("is asked by a message of Celery with everything that it needs, once", async () => {
    const request = await submitDid(ledger, "rucio://mc15:x?files=3");
    const dataset = await numberOf(ledger, request);
    const { content, properties, fields } = await next("did_finder_rucio");
    expect(JSON.parse(content.toString())[0]).toEqual([
      "mc15:x?files=3",
      dataset,
      "http://longshore:5000/servicex/internal/transformation/",
    ]);
    expect(properties).toMatchObject({
      contentType: "application/json",
      contentEncoding: "utf-8",
      deliveryMode: 2,
      headers: { task: "did_finder_rucio.lookup_dataset", id: properties.correlationId },
    });
    expect(fields).toMatchObject({ exchange: "", routingKey: "did_finder_rucio" });
    await receiveFiles(ledger.ctx, dataset, local, filesNamed("/1", "/2"));
    await receiveComplete(ledger.ctx, dataset, local, { files: 2 });
    expect(await workOff(ledger, request)).toEqual(["/1", "/2"]);
    expect(await channel.get("did_finder_rucio", { noAck: true })).toBe(false);
  });

  test("is asked once though several processes schedule, and two requests wait", async () => {
    const beside = await openBeside(ledger, {
      env: { VALID_DID_SCHEMES: "rucio,old", QUEUE_URL: rabbit?.url ?? "" },
    });
    const requests = await Promise.all([1, 2].map(() => submitDid(ledger, "rucio://shared")));
    const rounds = [1, 2, 3].map(() => askOnce(beside.ctx, randomUUID(), { looks: true }));
    await Promise.all(rounds);
    await next("did_finder_rucio");
    await askOnce(beside.ctx, token, { looks: true });
    expect(await channel.get("did_finder_rucio", { noAck: true })).toBe(false);
    await beside.close();
    for (const id of requests) await cancel(ledger.ctx, id, local);
    await closed(ledger, requests[0] ?? "");
  });

  test("of 2022 gets the plain message of its time in the queue that it has declared", async () => {
    await channel.assertQueue("old_did_requests", { durable: false });
    const got: Record<string, unknown>[] = [];
    const { consumerTag } = await channel.consume(
      "old_did_requests",
      (message) => message && got.push(JSON.parse(message.content.toString())),
      { noAck: true },
    );
    const request = await submitDid(ledger, "old://some/set");
    const [body] = await until(() => (got.length > 0 ? got : undefined));
    expect(body).toMatchObject({
      request_id: request,
      did: "some/set",
      "service-endpoint": `http://longshore:5000/servicex/internal/transformation/${request}`,
    });
    await channel.cancel(consumerTag);
    await receiveComplete(ledger.ctx, await numberOf(ledger, request), local, { files: 0 });
    expect(await ledger.ended(request)).toMatchObject({ state: "complete" });
  });

  test("that took the question and died is asked again, by the same task", async () => {
    const request = await submitDid(ledger, "rucio://lost");
    const dataset = await numberOf(ledger, request);
    const first = await questionOf(dataset);
    await askOnce(ledger.ctx, token, { looks: true });
    expect(await channel.get("did_finder_rucio", { noAck: true })).toBe(false);
    await age(dataset, 11);
    await askOnce(ledger.ctx, token, { looks: true });
    const second = await questionOf(dataset);
    expect(second.properties.correlationId).toBe(first.properties.correlationId);
    expect(second.content).toEqual(first.content);
    await receiveComplete(ledger.ctx, dataset, local, { files: 0 });
    await ledger.ended(request);
  });

  test("that reads its queue and says nothing is asked again after ten minutes", async () => {
    const got: string[] = [];
    const { consumerTag } = await channel.consume(
      "did_finder_rucio",
      (message) => message && got.push(String(message.properties.correlationId)),
      { noAck: true },
    );
    const request = await submitDid(ledger, "rucio://silent");
    const dataset = await numberOf(ledger, request);
    await until(() => got.length === 1);
    await until(async () => {
      const [row] = await ledger.ctx.db.query<{ asked: boolean }>(
        "SELECT asked_at IS NOT NULL AS asked FROM datasets WHERE id = $1",
        [dataset],
      );
      return row?.asked;
    });
    await age(dataset, 590);
    await askOnce(ledger.ctx, token, { looks: true });
    expect(got).toHaveLength(1);
    await ledger.ctx.db.query(
      "UPDATE datasets SET updated_at = updated_at - interval '20 minutes'",
    );
    await age(dataset, 11);
    await askOnce(ledger.ctx, token, { looks: true });
    await until(() => got.length === 2);
    expect(new Set(got).size).toBe(1);
    await channel.cancel(consumerTag);
    await receiveComplete(ledger.ctx, dataset, local, { files: 0 });
    await ledger.ended(request);
  });

  test("defect 50: a canceled lookup is called off, and what the finder says of it later changes nothing", async () => {
    await channel.assertExchange("celery.pidbox", "fanout", { durable: false });
    const { queue } = await channel.assertQueue("", { exclusive: true });
    await channel.bindQueue(queue, "celery.pidbox", "");
    const request = await submitDid(ledger, "rucio://unwanted");
    const dataset = await numberOf(ledger, request);
    const { properties } = await questionOf(dataset);
    await receiveFiles(ledger.ctx, dataset, local, filesNamed("/1"));
    await cancel(ledger.ctx, request, local);
    const { content } = await next(queue);
    expect(JSON.parse(content.toString())).toMatchObject({
      method: "revoke",
      arguments: { task_id: properties.correlationId, terminate: true, signal: "SIGTERM" },
    });
    expect(await closed(ledger, request)).toMatchObject({ state: "failed", files: 1 });
    await receiveFiles(ledger.ctx, dataset, local, filesNamed("/2"));
    await receiveComplete(ledger.ctx, dataset, local, { files: 2 });
    expect(await datasetOf(ledger, request)).toMatchObject({ state: "failed", files: 1 });
    expect(await ledger.ended(request)).toMatchObject({ state: "canceled" });
  });
});
