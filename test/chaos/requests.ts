import { until } from "../support/wait.ts";
import type { Random } from "./random.ts";

export interface ChaosRequest {
  id: string;
  state: string;
  round: number;
  counters: { total: number; done: number; failed: number; canceled: number };
}

export interface ChaosRequests {
  /** Waits until this share of the files is settled, or for so many seconds. */
  progress(share: number, seconds: number): Promise<void>;
  /** Sometimes cancels a small request or redrives one that ended. */
  mischief(random: Random): Promise<void>;
  /** All of them, once every one has ended (after a last redrive of some). */
  ended(random: Random): Promise<ChaosRequest[] | undefined>;
  counts(): { redrives: number; cancels: number };
}

const final = ["complete", "failed", "canceled"];
const mostRedrives = 5;

/**
 * One big request of two steps and some small ones of one; each with a key, so that a lost answer
 * makes no second one.
 */
export async function openRequests(
  url: string,
  files: number,
  random: Random,
): Promise<ChaosRequests> {
  const small = Math.max(Math.floor(files / 20), 20);
  const sizes = [...Array.from({ length: 6 }, () => small), Math.max(files - 6 * small, small)];
  const ids: string[] = [];
  const smallIds: string[] = [];
  for (const [index, size] of random.shuffle(sizes).entries()) {
    const body = {
      title: `chaos ${index}`,
      dataset: { files: Array.from({ length: size }, (_, at) => `/chaos/${index}/${at}`) },
      steps:
        size === small ? [{ operation: "noop" }] : [{ operation: "noop" }, { operation: "noop" }],
    };
    const { id } = await until(
      () =>
        post<{ id: string }>(url, "/v1/requests", body, { "idempotency-key": `chaos-${index}` }),
      {
        timeoutSeconds: 120,
      },
    );
    ids.push(id);
    if (size === small) smallIds.push(id);
  }
  let redrives = 0;
  let cancels = 0;

  const read = (id: string) => get<ChaosRequest>(url, `/v1/requests/${id}`);
  const readAll = () => Promise.all(ids.map(read));

  async function redriveSome(requests: ChaosRequest[], random: Random): Promise<boolean> {
    const able = requests.filter((one) => one.state === "complete" && one.counters.failed > 0);
    if (!able.length || redrives >= mostRedrives) return false;
    await post(url, `/v1/requests/${random.pick(able).id}/redrive`, {});
    redrives++;
    return true;
  }

  return {
    async progress(share, seconds) {
      const enough = async () => {
        const all = await readAll();
        return (
          all.reduce(
            (total, { counters }) => total + counters.done + counters.failed + counters.canceled,
            0,
          ) >=
          share * files
        );
      };
      await until(enough, { timeoutSeconds: seconds, everyMilliseconds: 200 }).catch(
        (error: Error) => error,
      );
    },
    async mischief(random) {
      try {
        if (random.chance(0.2) && cancels < 2) {
          await post(url, `/v1/requests/${random.pick(smallIds)}/cancel`, {});
          cancels++;
        }
        if (random.chance(0.4)) await redriveSome(await readAll(), random);
      } catch {
        // The service is away or the request has ended: no mischief this time.
      }
    },
    async ended(random) {
      const all = await readAll();
      if (!all.every((one) => final.includes(one.state))) return undefined;
      return redrives === 0 && (await redriveSome(all, random)) ? undefined : all;
    },
    counts: () => ({ redrives, cancels }),
  };
}

async function get<Answer>(url: string, path: string): Promise<Answer> {
  return answerOf(await fetch(url + path, { signal: AbortSignal.timeout(30_000) }), path);
}

async function post<Answer>(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const signal = AbortSignal.timeout(600_000);
  return answerOf(
    await fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal,
    }),
    path,
  );
}

async function answerOf<Answer>(response: Response, path: string): Promise<Answer> {
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
