// Starts what the suite of service operations needs, in each way in which tasks are done.
import { startAgent } from "../../../src/agent/start.ts";
import type { Context } from "../../../src/deps.ts";
import { silentLog } from "../../../src/log.ts";
import { progressTopic } from "../../../src/queue/contract.ts";
import { submit } from "../../../src/requests/lifecycle/submit.ts";
import { consumeProgress } from "../../../src/tasks/consume-progress.ts";
import { doTasks } from "../../../src/tasks/run.ts";
import { type Api, openApi } from "../../support/api.ts";
import { exchangeOver } from "../../support/exchange.ts";
import { until } from "../../support/wait.ts";
import { type WaitHooks, waitOperation } from "./operation.ts";
import { makeOutside, type Outside, type TestClock, testClock } from "./outside.ts";

export const ways = [
  "in the scheduler",
  "in an agent over HTTP",
  "in an agent that reports by queue",
] as const;
export type Way = (typeof ways)[number];

export interface WaitSuite {
  api: Api;
  ctx: Context;
  outside: Outside;
  clock: TestClock;
  hooks: WaitHooks;
  /** Time passes, once the turns under way are recorded: whoever waits looks again. */
  pass(seconds: number): Promise<void>;
  submit(
    files: string[],
    steps: Step[],
    more?: { deadlineSeconds?: number; owner?: string },
  ): Promise<string>;
  operation: ReturnType<typeof waitOperation>;
  work(): void;
  /** Stops whoever does tasks, and starts another. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export type Step = { operation: string } & Record<string, unknown>;

/** With `idle` nobody does tasks until `work` is called. */
export async function openWaitSuite(
  way: Way,
  { env = {}, idle = false }: { env?: Record<string, string>; idle?: boolean } = {},
): Promise<WaitSuite> {
  const clock = testClock();
  const outside = makeOutside(clock);
  const hooks: WaitHooks = {};
  const operation = waitOperation(outside, hooks);
  const api = await openApi({
    operations: [operation],
    clock,
    env: { AGENT_OPERATIONS: "wait", ...env },
  });
  const { ctx } = api.ledger;
  const byQueue = way === "in an agent that reports by queue";
  const consumer = byQueue ? await consumeProgress(ctx) : undefined;
  const running: { stop: AbortController; ended: Promise<void> }[] = [];

  function work(): void {
    const stop = new AbortController();
    const ended =
      way === "in the scheduler"
        ? doTasks(ctx, [operation], stop.signal)
        : startAgent({
            url: api.url,
            name: `agent-${running.length}`,
            operations: [operation],
            facility: ctx.config.facility,
            exchange: byQueue ? exchangeOver(ctx.queue, progressTopic) : undefined,
            signal: stop.signal,
            log: silentLog(),
            clock,
          });
    running.push({ stop, ended });
  }

  async function stopAll(): Promise<void> {
    for (const { stop } of running) stop.abort();
    await Promise.all(running.map(({ ended }) => ended));
  }

  async function leased(): Promise<number> {
    const [row] = await ctx.db.query<{ n: number }>(
      "SELECT count(*) AS n FROM tasks WHERE lease_until > now()",
    );
    return row?.n ?? 0;
  }

  if (!idle) work();
  return {
    api,
    ctx,
    operation,
    outside,
    clock,
    hooks,
    work,
    async pass(seconds) {
      await until(async () => (await leased()) === 0, { what: "the end of all turns" });
      clock.advance(seconds);
      ctx.notifier.notify("gather");
      ctx.notifier.notify("tasks");
    },
    async submit(files, steps, { owner = "local", ...more } = {}) {
      const { request } = await submit(
        ctx,
        { kind: "user", owner },
        {
          dataset: { files },
          steps: steps.map(({ operation: name, ...settings }) => ({
            operation: name,
            settings: ctx.operations.get(name)?.settings.parse(settings) ?? {},
          })),
          ...more,
        },
      );
      return request.id;
    },
    async restart() {
      await stopAll();
      work();
    },
    async close() {
      await stopAll();
      await consumer?.stop();
      await api.close();
    },
  };
}
