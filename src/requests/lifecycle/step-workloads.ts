import { randomUUID } from "node:crypto";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { isWorkerOperation } from "../../operations/offered.ts";
import type { Workload } from "../../runner/contract.ts";
import type { SubmitInput } from "../views.ts";
import { checksOf, inStep, type Submitter } from "./check-steps.ts";
import type { StepWorkload } from "./submit-store.ts";

/** what a ConfigMap of Kubernetes may hold */
const mostBytes = 1024 * 1024;

/**
 * Asks the operations what others' containers do for their steps. Called once a request, when all
 * else is checked: a generator may take long. The first such step has the request's own id, which
 * clients and workers of ServiceX expect.
 */
export async function workloadsOf(
  ctx: Deps<"config" | "operations">,
  id: string,
  input: SubmitInput,
  caller: Submitter,
): Promise<StepWorkload[]> {
  const found: StepWorkload[] = [];
  const checks = await checksOf(ctx, input, caller);
  for (const [index, { operation, settings, at }] of checks.entries()) {
    if (!isWorkerOperation(operation) || !operation.workload) continue;
    const workload = await inStep(index, async () => {
      const answer = await operation.workload?.(settings, at);
      if (answer) refuseUnfit(ctx, answer);
      return answer;
    });
    if (!workload) continue;
    found.push({ step: index + 1, run: found.length === 0 ? id : randomUUID(), workload });
  }
  return found;
}

function refuseUnfit({ config }: Deps<"config">, { files }: Workload): void {
  if (config.runner === "local")
    throw new RequestError(
      422,
      "no_containers",
      "This step runs in containers of others, and this service starts processes of its own " +
        "alone (RUNNER=local): its facility sets RUNNER=kubernetes, or starts such containers " +
        "itself and sets RUNNER=external.",
    );
  if (config.queueUrl === undefined)
    throw new RequestError(
      422,
      "no_broker",
      "Files of this step are given out by messages of a broker, and this service has none: its " +
        "facility sets QUEUE_URL.",
    );
  const bytes = Object.values(files).reduce(
    (sum, content) => sum + Buffer.byteLength(content, "base64"),
    0,
  );
  if (bytes > mostBytes)
    throw new RequestError(
      422,
      "code_too_large",
      `The generated code has ${bytes} bytes, and its containers get ${mostBytes} at most.`,
    );
}
