import { setTimeout as pause } from "node:timers/promises";

interface Task {
  request: string;
  file: number;
  step: number;
  attempt: number;
  replicas: string[];
}

/**
 * A worker that does noop, so that requests move while calls are made: files fail or are kept where
 * their name says so.
 */
export function playWorker(url: string): { calls(): number; stop(): Promise<void> } {
  let stopped = false;
  let calls = 0;
  const post = async <Answer>(path: string, body: object): Promise<Answer> => {
    calls++;
    const answer = await fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as Answer;
  };
  const playing = (async () => {
    while (!stopped) {
      const { tasks } = await post<{ tasks: Task[] }>("/v1/work/claim", {
        worker: "player",
        operations: ["noop"],
        max: 100,
      });
      const reports = tasks
        .filter(({ replicas }) => !replicas[0]?.startsWith("kept"))
        .map(reportOf);
      if (reports.length) await post("/v1/work/reports", { worker: "player", reports });
      else await pause(100);
    }
  })();
  return {
    calls: () => calls,
    async stop() {
      stopped = true;
      await playing;
    },
  };
}

function reportOf({ request, file, step, attempt, replicas }: Task): object {
  const key = { request, file, step, attempt };
  if (!replicas[0]?.startsWith("fails")) return { ...key, status: "success" };
  return {
    ...key,
    status: "failure",
    error: { class: "bad_input", message: `${replicas[0]} is broken` },
  };
}
