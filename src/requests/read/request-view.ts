// Reads a request without asking who may. The rim uses request.ts, which asks the policy.
import type { Deps } from "../../deps.ts";
import { isUuid } from "../../uuid.ts";
import type { Counters, RequestSummary, RequestView, StepSummary } from "../views.ts";
import { type RequestRow, requestRow, type StepSummaryRow } from "./request-store.ts";

export async function viewOf(ctx: Deps<"db">, id: string): Promise<RequestView | undefined> {
  const row = isUuid(id) ? await requestRow(ctx.db.query, id) : undefined;
  return row && toRequestView(row);
}

function toRequestView(row: RequestRow): RequestView {
  const steps = row.steps.map((step) => ({ ...toStep(step), settings: step.settings }));
  return { ...toRequestSummary(row), steps };
}

/** As lists show it: without the steps' settings. */
export function toRequestSummary(row: RequestRow<StepSummaryRow>): RequestSummary {
  const steps = row.steps.map(toStep);
  return {
    id: row.id,
    number: row.number,
    owner: row.owner,
    title: row.title,
    state: row.state,
    round: row.round,
    reason: row.reason,
    incomplete: row.incomplete,
    counters: addUp(steps),
    steps,
    dataset: {
      id: String(row.dataset_id),
      finder: row.finder,
      name: row.dataset_name,
      did: row.did,
      state: row.dataset_state,
      files: row.dataset_files,
    },
    workers: row.workers,
    priority: row.priority,
    deadline: row.deadline?.toISOString() ?? null,
    stop_after_failed_percent: row.stop_after_failed_percent,
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    facade: row.facade,
  };
}

/** Each file is counted in one (step, state): a step's total includes those it passed on. */
function toStep(row: StepSummaryRow): StepSummary {
  const { step, operation, retry, waiting, queued, running, done, failed, canceled, passed } = row;
  const total = waiting + queued + running + done + failed + canceled + passed;
  const policy = retry.attempts !== null || retry.wait_seconds !== null || retry.classes !== null;
  return {
    step,
    operation,
    retry: policy ? retry : null,
    total,
    waiting,
    queued,
    running,
    done,
    failed,
    canceled,
    passed,
  };
}

function addUp(steps: StepSummary[]): Counters {
  const counters: Counters = {
    total: 0,
    waiting: 0,
    queued: 0,
    running: 0,
    done: 0,
    failed: 0,
    canceled: 0,
  };
  for (const step of steps) {
    for (const state of ["waiting", "queued", "running", "done", "failed", "canceled"] as const) {
      counters[state] += step[state];
      counters.total += step[state];
    }
  }
  return counters;
}
