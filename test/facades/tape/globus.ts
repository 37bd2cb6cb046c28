// Calls as Globus makes them, by the words of the contract alone: its staging program is run for
// one file at a time, many at once, again and again until the file is on disk.
import { setTimeout as wait } from "node:timers/promises";
import type { Answer, Api } from "../../support/api.ts";

export const authKey = "a key for the tests of the tape";

/** The scheduler itself does the recalls: the tape system is on this host. */
export const here = { idle: true, env: { AGENT_OPERATIONS: "", AUTH_KEY: authKey } };

export interface Asked {
  path: string;
  globus_taskid: string;
  library?: string;
}

export interface Globus {
  /** one run of the program */
  ask(asked: object, headers?: Record<string, string>): Promise<Answer>;
  state(path: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Every file until it is `resident` or refused; what each was answered, without repetitions. */
  stage(paths: string[], task: string, pauseSeconds?: number): Promise<Map<string, string[]>>;
}

export function makeGlobus({ post }: Pick<Api, "post">, key = authKey): Globus {
  const own = { "x-api-key": key };
  const ask: Globus["ask"] = (asked, headers = own) =>
    post("/api/v0.5/globus_recall/globus_recall", asked, headers);

  async function stageOne(path: string, task: string, pauseSeconds: number): Promise<string[]> {
    const answers: string[] = [];
    for (;;) {
      const answer = await ask({ path, globus_taskid: task });
      const said = answer.status === 201 ? String(answer.json().state) : String(answer.status);
      if (answers.at(-1) !== said) answers.push(said);
      if (said !== "archived" && said !== "503" && said !== "429") return answers;
      await wait(pauseSeconds * 1000);
    }
  }

  return {
    ask,
    state: (path, headers = own) => post("/api/v0.5/file_state/file_state", { path }, headers),
    async stage(paths, task, pauseSeconds = 1) {
      const all = paths.map(
        async (path) => [path, await stageOne(path, task, pauseSeconds)] as const,
      );
      return new Map(await Promise.all(all));
    },
  };
}
