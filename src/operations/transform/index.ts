import { RequestError } from "../../errors.ts";
import type { WorkerOperation } from "../contract.ts";
import { lostTypes } from "./chain.ts";
import { checkTransform } from "./check.ts";
import { makeGenerators } from "./generator.ts";
import { outputNameOf } from "./output-name.ts";
import { performTransform } from "./perform.ts";
import { previewTransform } from "./preview.ts";
import { settings, type TransformSettings } from "./settings.ts";

const generatorOf = makeGenerators();

export const transform: WorkerOperation<TransformSettings> = {
  name: "transform",
  runsIn: "worker",
  opensFiles: true,
  summary:
    "Runs a selection over each file (Parquet, CSV or JSON) and writes what it selects as Parquet, CSV or JSON.",
  settings,
  example: {
    settings: { selection: "select x, x * 2 as y from input" },
    file: { name: "input.csv", content: "x\n1\n2\n3\n" },
  },
  errorClasses: ["bad_query"],
  failFastClasses: ["bad_query"],
  outputs: (chosen, { replicas }) => [outputNameOf(replicas[0] ?? "", chosen.format)],
  async check(chosen, at) {
    const lost = lostTypes(chosen, at);
    if (lost)
      throw new RequestError(422, "types_not_kept", lost, [{ pointer: "/format", detail: lost }]);
    const { problem, unchecked } = await checkTransform(generatorOf(chosen.generator), chosen, at);
    if (problem)
      throw new RequestError(422, "bad_query", problem, [
        { pointer: "/selection", detail: problem },
      ]);
    return unchecked;
  },
  perform: (task, context) => performTransform(generatorOf(task.settings.generator), task, context),
  preview: (file, context) => previewTransform(generatorOf(file.settings.generator), file, context),
};
