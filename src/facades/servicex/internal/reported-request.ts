import type { Caller } from "../../../auth/caller.ts";
import type { Deps } from "../../../deps.ts";
import { hasOutputs } from "../../../operations/offered.ts";
import type { ReportedRequest } from "../../../requests/reports/reported-requests.ts";
import { stepsThatConvert } from "../../../requests/sidecars/conversion.ts";
import { stepsIntoVolume } from "../../../requests/sidecars/destinations.ts";
import type { RequestView } from "../../../requests/views.ts";
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
  const reported = {
    id: view.id,
    owner: view.owner,
    steps: view.steps.length,
    stepsWithObjects: await stepsWithObjects(ctx, view),
    stepsThatConvert: await stepsThatConvert(ctx.db.query, view.id),
  };
  ctx.reportedRequests.keep(reported);
  return reported;
}

async function stepsWithObjects(
  ctx: Deps<"db" | "operations">,
  view: RequestView,
): Promise<Set<number>> {
  if (echoedFieldsOf(view)["result-destination"] === "volume") return new Set();
  const inVolume = await stepsIntoVolume(ctx, view.id);
  const makers = view.steps.filter(({ step, operation: name }) => {
    const operation = ctx.operations.get(name);
    return operation !== undefined && hasOutputs(operation) && !inVolume.has(step);
  });
  return new Set(makers.map(({ step }) => step));
}
