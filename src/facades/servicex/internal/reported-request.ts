import type { Caller } from "../../../auth/caller.ts";
import type { Deps } from "../../../deps.ts";
import { hasOutputs } from "../../../operations/offered.ts";
import type { ReportedRequest } from "../../../requests/reports/reported-requests.ts";
import { mayOn } from "../../../users/policy.ts";
import { isUuid } from "../../../uuid.ts";
import { echoedFieldsOf } from "../echoed-fields.ts";
import { findRequest } from "../find.ts";

export async function reportedRequest(
  ctx: Deps<"db" | "operations" | "reportedRequests">,
  asked: string,
  caller: Caller,
): Promise<ReportedRequest> {
  const known = isUuid(asked) ? ctx.reportedRequests.get(asked) : undefined;
  if (known && mayOn(caller, "work", known)) return known;
  const view = await findRequest(ctx, asked, caller, "work");
  const last = view.steps.at(-1);
  const operation = last && ctx.operations.get(last.operation);
  const reported = {
    id: view.id,
    owner: view.owner,
    steps: view.steps.length,
    makesObjects:
      operation !== undefined &&
      hasOutputs(operation) &&
      echoedFieldsOf(view)["result-destination"] !== "volume",
  };
  ctx.reportedRequests.keep(reported);
  return reported;
}
