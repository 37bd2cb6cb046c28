// Delete, redrive, cancel and expiry of the same requests by several callers at the same moment.
import { setTimeout as pause } from "node:timers/promises";
import { CallError, type Caller, makeCaller } from "./callers.ts";
import { type Random, seeded } from "./random.ts";
import { type ChaosRequest, finalStates, submit } from "./requests.ts";
import { failing } from "./worker/perform.ts";

const verbs = ["delete", "redrive", "cancel"] as const;
type Verb = (typeof verbs)[number];

export interface Race {
  id: string;
  /** whether a delete was acknowledged; `maybe`: the answer of one was lost */
  deleted: "yes" | "no" | "maybe";
}

export interface Races {
  /** No more races; those that run are finished. */
  stop(): Promise<{ races: Race[]; calls: Record<string, number> }>;
}

const files = 12;
const callers = 2;
const mostEach = 100;

export function startRaces(urls: readonly string[], seed: number, seconds: number): Races {
  const races: Race[] = [];
  const calls: Record<string, number> = {};
  const stopping = new AbortController();
  const running = Promise.all(Array.from({ length: callers }, (_, index) => repeat(index)));

  async function repeat(index: number): Promise<void> {
    const random = seeded(seed * 31 + index);
    const caller = makeCaller(urls, seconds);
    for (let number = 0; number < mostEach && !stopping.signal.aborted; number++)
      races.push(await race(caller, `race-${index}-${number}`, random));
  }

  async function race(caller: Caller, name: string, random: Random): Promise<Race> {
    const id = await submit(caller, name, {
      title: name,
      dataset: {
        files: Array.from({ length: files }, (_, at) => `/chaos${failing}${name}/${at}`),
      },
      steps: [{ operation: "noop" }],
    });
    const outcomes: ("done" | "refused" | "unknown")[] = [];
    for (let heat = 0; heat < 3; heat++) {
      if (random.chance(0.8)) await hasEnded(caller, id, stopping.signal);
      const chosen = Array.from({ length: random.between(2, 6) }, () => random.pick(verbs));
      const results = await Promise.all(
        chosen.map(async (verb) => {
          await pause(random.between(0, 20));
          const outcome = await act(caller, id, verb);
          const name = `${verb} ${outcome}`;
          calls[name] = (calls[name] ?? 0) + 1;
          return verb === "delete" ? outcome : undefined;
        }),
      );
      outcomes.push(...results.filter((outcome) => outcome !== undefined));
    }
    const deleted = outcomes.includes("done")
      ? "yes"
      : outcomes.includes("unknown")
        ? "maybe"
        : "no";
    return { id, deleted };
  }

  return {
    async stop() {
      stopping.abort();
      await running;
      return { races, calls };
    },
  };
}

async function act(
  caller: Caller,
  id: string,
  verb: Verb,
): Promise<"done" | "refused" | "unknown"> {
  const path = `/v1/requests/${id}`;
  try {
    const response = await (verb === "delete"
      ? caller.attempt(path, { method: "DELETE" })
      : caller.attempt(`${path}/${verb}`, { body: {} }));
    if (response.ok) return "done";
    return response.status < 500 ? "refused" : "unknown";
  } catch {
    return "unknown";
  }
}

/** Or is deleted, or it is time to stop. */
async function hasEnded(caller: Caller, id: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const { state } = await caller.call<ChaosRequest>(`/v1/requests/${id}`);
      if (finalStates.includes(state)) return;
    } catch (error) {
      if (error instanceof CallError && error.status === 404) return;
    }
    await pause(50);
  }
}
