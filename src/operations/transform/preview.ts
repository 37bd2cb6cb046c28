import type { Preview, PreviewContext, PreviewOutcome } from "../contract.ts";
import type { Generator } from "./job.ts";
import { readReplicas } from "./read-replicas.ts";
import type { BuiltInSettings } from "./settings.ts";

/** The first rows of the file's result: read, checked and limited as the work on it is. */
export async function previewTransform(
  generator: Generator,
  { settings, replicas, owner, rows }: Preview<BuiltInSettings>,
  context: PreviewContext,
): Promise<PreviewOutcome> {
  const { selection, format, decimals, read } = settings;
  const file = { locations: replicas, namedPath: replicas[0], read };
  const outcome = await readReplicas(file, context, (input) =>
    generator.preview({
      owner,
      selection,
      input,
      output: { format, decimals },
      limits: context.limits,
      signal: context.signal,
      rows,
    }),
  );
  if ("error" in outcome) return { status: "failure", error: outcome.error };
  const { location, readAs, ...firstRows } = outcome;
  return { status: "success", replica: location, read_as: { ...readAs }, ...firstRows };
}
