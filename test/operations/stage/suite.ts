// A service with a tape system, in both ways in which its recalls are done.
import { startAgent } from "../../../src/agent/start.ts";
import type { Context } from "../../../src/deps.ts";
import { silentLog } from "../../../src/log.ts";
import { stage } from "../../../src/operations/stage/index.ts";
import { submit } from "../../../src/requests/lifecycle/submit.ts";
import { doTasks } from "../../../src/tasks/run.ts";
import { type Api, openApi } from "../../support/api.ts";
import { makeTape, type Tape } from "./tape.ts";

export type Way = "in the scheduler" | "in an agent over HTTP";
export const ways: Way[] = ["in the scheduler", "in an agent over HTTP"];

export interface StageSuite {
  api: Api;
  ctx: Context;
  tape: Tape;
  submit(files: string[], steps?: Step[], more?: { owner?: string }): Promise<string>;
  work(): void;
  /** Ends the turns, and who makes them. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

type Step = { operation: string } & Record<string, unknown>;

export async function openStageSuite(
  way: Way,
  { env = {}, idle = false }: { env?: Record<string, string>; idle?: boolean } = {},
): Promise<StageSuite> {
  const tape = makeTape(env);
  for (const [name, text] of Object.entries(tape.env))
    tape.env[name] = text.replaceAll("{root}", tape.root);
  const api = await openApi({
    env: {
      AGENT_OPERATIONS: "stage",
      ...tape.env,
      INPUT_ROOTS: tape.root,
      OPERATIONS: "transform,stage,noop",
    },
  });
  const { ctx } = api.ledger;
  let running: { stop: AbortController; ended: Promise<void> } | undefined;

  function work(): void {
    const stop = new AbortController();
    const ended =
      way === "in the scheduler"
        ? doTasks(ctx, [stage], stop.signal)
        : startAgent({
            url: api.url,
            name: "tape-host",
            operations: [stage],
            facility: ctx.config.facility,
            signal: stop.signal,
            log: silentLog(),
          });
    running = { stop, ended };
  }

  async function rest(): Promise<void> {
    running?.stop.abort();
    await running?.ended;
    running = undefined;
  }

  if (!idle) work();
  return {
    api,
    ctx,
    tape,
    work,
    rest,
    async submit(files, steps = [{ operation: "stage" }], { owner = "local" } = {}) {
      const { request } = await submit(
        ctx,
        { kind: "user", owner },
        {
          dataset: { files },
          steps: steps.map(({ operation: name, ...settings }) => ({
            operation: name,
            settings: ctx.operations.get(name)?.settings.parse(settings) ?? {},
          })),
        },
      );
      return request.id;
    },
    async close() {
      await rest();
      await api.close();
      tape.remove();
    },
  };
}
