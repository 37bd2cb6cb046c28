import { until } from "../support/wait.ts";
import type { Caller } from "./callers.ts";
import type { Random } from "./random.ts";

export interface ChaosRequest {
  id: string;
  state: string;
  round: number;
  counters: Record<"total" | "done" | "failed" | "canceled", number>;
  dataset: { files: number };
  waiting: { sentence: string } | null;
}

export interface ChaosRequests {
  /** Submits one more, so that the next fault meets work. */
  add(files: number, operation?: "noop" | "transform"): Promise<string>;
  /** Waits until this share of a request's files is settled, or for so many seconds. */
  progress(id: string, share: number, seconds: number): Promise<void>;
  /** Sometimes cancels a small request or redrives one that ended. */
  mischief(random: Random): Promise<void>;
  /**
   * Waits until every one has ended (after a last redrive of some), for so many seconds or until
   * nothing more can come.
   */
  ended(random: Random, seconds: number, isStuck: () => boolean): Promise<ChaosRequest[]>;
  counts(): { redrives: number; cancels: number };
}

export const finalStates = ["complete", "failed", "canceled"];
const mostRedrives = 5;
const mostCancels = 2;

/** Each submit has a key, so that a lost answer makes no second request. */
export function openRequests(caller: Caller): ChaosRequests {
  const ids: string[] = [];
  const small: string[] = [];
  let redrives = 0;
  let cancels = 0;

  const read = (id: string) => caller.call<ChaosRequest>(`/v1/requests/${id}`);
  const readAll = () => Promise.all(ids.map(read));

  async function redriveSome(requests: ChaosRequest[], random: Random): Promise<boolean> {
    const able = requests.filter(({ state, counters }) => state === "complete" && counters.failed);
    if (!able.length || redrives >= mostRedrives) return false;
    await caller.call(`/v1/requests/${random.pick(able).id}/redrive`, {});
    redrives++;
    return true;
  }

  return {
    async add(files, operation = "noop") {
      const number = ids.length;
      const id = await submit(caller, `chaos-${number}`, {
        title: `chaos ${number}`,
        dataset: { files: Array.from({ length: files }, (_, at) => `/chaos/${number}/${at}`) },
        steps: stepsOf(operation, number % 2 === 0),
      });
      ids.push(id);
      if (number > 0) small.push(id);
      return id;
    },
    async progress(id, share, seconds) {
      const enough = async () => {
        const { counters } = await read(id);
        const settled = counters.done + counters.failed + counters.canceled;
        return settled >= share * counters.total;
      };
      await until(enough, { timeoutSeconds: seconds, everyMilliseconds: 50 }).catch(
        (error: Error) => error,
      );
    },
    async mischief(random) {
      try {
        if (small.length && random.chance(0.2) && cancels < mostCancels) {
          await caller.call(`/v1/requests/${random.pick(small)}/cancel`, {});
          cancels++;
        }
        if (random.chance(0.4)) await redriveSome(await readAll(), random);
      } catch {
        // The service is away or the request has ended: no mischief this time.
      }
    },
    async ended(random, seconds, isStuck) {
      const allEnded = async () => {
        const all = await readAll();
        if (!all.every(({ state }) => finalStates.includes(state)))
          return isStuck() ? all : undefined;
        return redrives === 0 && (await redriveSome(all, random)) ? undefined : all;
      };
      return until(allEnded, { timeoutSeconds: seconds, everyMilliseconds: 500 }).catch(readAll);
    },
    counts: () => ({ redrives, cancels }),
  };
}

/** Tries until a service takes it. */
export async function submit(caller: Caller, key: string, body: object): Promise<string> {
  const headers = { "idempotency-key": key };
  const send = () =>
    caller.call<{ id: string }>("/v1/requests", body, { headers, extraSeconds: 60 });
  const { id } = await until(send, { timeoutSeconds: 180, everyMilliseconds: 100 });
  return id;
}

function stepsOf(operation: "noop" | "transform", twice: boolean): object[] {
  if (operation === "transform")
    return [{ operation, selection: "SELECT * FROM input", format: "csv" }];
  return twice ? [{ operation }, { operation }] : [{ operation }];
}
