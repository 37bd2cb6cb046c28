import type { TaskApi } from "../agent/contract.ts";
import { local } from "../auth/caller.ts";
import type { Context } from "../deps.ts";
import type { TaskFile } from "../operations/contract.ts";
import { claimTasks } from "./claim.ts";
import { firstFile, listTaskFiles } from "./list-files.ts";
import { recordProgress } from "./progress.ts";

const page = 1000;

/** The agent's view of the service from within its own process. */
export function localTaskApi(ctx: Context, agent: string): TaskApi {
  return {
    claim: (claim, signal) => claimTasks(ctx, local, agent, claim, signal),
    async files(task, state) {
      const files: TaskFile[] = [];
      for (;;) {
        const { request, file } = files.at(-1) ?? firstFile;
        const next = await listTaskFiles(ctx, local, task, {
          state,
          after: { request, file },
          limit: page,
        });
        files.push(...next);
        if (next.length < page) return files;
      }
    },
    progress: async (task, progress) =>
      (await recordProgress(ctx, local, agent, task, progress)) !== "lost",
  };
}
