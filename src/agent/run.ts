import type { Logger } from "pino";
import type { ServiceContext, ServiceOperation } from "../operations/contract.ts";
import { pause } from "../time.ts";
import type { ClaimedTask, TaskApi } from "./contract.ts";
import { actOn, pollAll, type TurnDeps } from "./turn.ts";

export interface AgentOptions {
  api: TaskApi;
  operations: readonly ServiceOperation[];
  contextOf(operation: string, signal: AbortSignal): ServiceContext;
  /** Starts no more turns and aborts the running ones. */
  signal: AbortSignal;
  log: Logger;
  /** Whether the service refuses the agent: trying again cannot help. */
  isRefusal(error: unknown): boolean;
}

/** Turns under way at once: a start that takes minutes does not hold up the others. */
const mostAtOnce = 16;
const mostTasks = 100;
const longPollSeconds = 20;

/** Does what is due for the tasks of these operations, until it is stopped. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { signal, log, isRefusal } = options;
  const underWay = new Set<Promise<void>>();
  for (let failures = 0; !signal.aborted; ) {
    try {
      await claimAndDo(options, underWay);
      failures = 0;
    } catch (error) {
      if (signal.aborted) break;
      if (isRefusal(error)) throw error;
      failures++;
      if (failures === 1) log.warn({ err: error }, "tasks could not be claimed; trying again");
      await pause(Math.min(100 * 2 ** failures, 5000) * (0.5 + Math.random() / 2), signal);
    }
  }
  await Promise.all(underWay);
}

async function claimAndDo(options: AgentOptions, underWay: Set<Promise<void>>): Promise<void> {
  const { api, operations, signal, log } = options;
  const claimed = await api.claim(
    {
      operations: operations.map(({ name }) => name),
      max: mostTasks,
      waitSeconds: longPollSeconds,
    },
    signal,
  );
  for (const turn of turnsOf(options, claimed)) {
    const running = turn()
      .catch((error: Error) => log.warn({ err: error }, "a turn was not recorded"))
      .finally(() => underWay.delete(running));
    underWay.add(running);
    if (underWay.size >= mostAtOnce) await Promise.race(underWay);
  }
}

function turnsOf(options: AgentOptions, claimed: ClaimedTask[]): (() => Promise<void>)[] {
  return options.operations.flatMap((operation) => {
    const deps: TurnDeps = {
      api: options.api,
      operation,
      context: options.contextOf(operation.name, options.signal),
    };
    const own = claimed.filter((task) => task.operation === operation.name);
    const polled = own.filter(({ action }) => action === "poll");
    const others = own.filter(({ action }) => action !== "poll");
    const turns = others.map((task) => () => actOn(deps, task));
    return polled.length > 0 ? [...turns, () => pollAll(deps, polled)] : turns;
  });
}
