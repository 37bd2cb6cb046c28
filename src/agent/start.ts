import type { Logger } from "pino";
import { type Clock, systemClock } from "../clock.ts";
import type { Facility, ServiceOperation } from "../operations/contract.ts";
import type { ReportsExchange } from "../queue/contract.ts";
import { untilReportable } from "../queue/messages.ts";
import { AgentRefusedError, openTaskApi } from "./http-api.ts";
import { progressByQueue } from "./progress-by-queue.ts";
import { runAgent } from "./run.ts";

export interface AgentStart {
  /** of the service, without `/v1` */
  url: string;
  token?: string | undefined;
  /** unique among the agents of the service */
  name: string;
  operations: readonly ServiceOperation[];
  /** what this host's environment says, by operation */
  facility: Record<string, Facility>;
  /** progress goes to it instead of the service; the agent closes it */
  exchange?: ReportsExchange | undefined;
  signal: AbortSignal;
  log: Logger;
  clock?: Clock;
}

/** An agent on another host; rejects if the service refuses it. */
export async function startAgent(options: AgentStart): Promise<void> {
  const { url, token, name, operations, facility, exchange, signal, log } = options;
  const { clock = systemClock } = options;
  const api = openTaskApi({ url, agent: name, token });
  log.info({ agent: name, operations: operations.map((one) => one.name), url }, "the agent runs");
  try {
    if (exchange) await untilReportable(exchange, "agent", signal, log);
    await runAgent({
      api: exchange ? progressByQueue({ api, exchange, agent: name, token, signal, log }) : api,
      operations,
      contextOf: (operation, turn) => ({
        facility: facility[operation] ?? {},
        signal: turn,
        log: log.child({ operation }),
        now: clock.now,
      }),
      signal,
      log,
      isRefusal: (error) => error instanceof AgentRefusedError,
    });
  } finally {
    await Promise.all([api.close(), exchange?.close()]);
  }
}
