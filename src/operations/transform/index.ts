import { RequestError } from "../../errors.ts";
import type { Facility, SubmitCheck, TaskError, WorkerOperation } from "../contract.ts";
import { lostTypes } from "./chain.ts";
import { checkTransform } from "./check.ts";
import { makeGenerators } from "./generator.ts";
import { outputNameOf } from "./output-name.ts";
import { facility, generatorsOf, type TransformFacility } from "./outside/facility.ts";
import { checkOutside, outsideWorkload } from "./outside/workload.ts";
import { performTransform } from "./perform.ts";
import { previewTransform } from "./preview.ts";
import { isBuiltIn, isOutside, settings, type TransformSettings } from "./settings.ts";

const generatorOf = makeGenerators();

export const transform: WorkerOperation<TransformSettings> = {
  name: "transform",
  runsIn: "worker",
  opensFiles: (chosen) => !isOutside(chosen),
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
  facility,
  generators: (said) => generatorsOf(own(said)),
  async check(chosen, at) {
    if (isOutside(chosen)) return checkOutside(chosen, withOwn(at));
    if (!isBuiltIn(chosen)) return undefined;
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
  workload: async (chosen, at) =>
    isOutside(chosen) ? outsideWorkload(chosen, withOwn(at)) : undefined,
  async perform(task, context) {
    const { settings: chosen } = task;
    if (!isBuiltIn(chosen)) return { status: "failure", error: ofOthers(chosen) };
    return performTransform(generatorOf(chosen.generator), { ...task, settings: chosen }, context);
  },
  async preview(file, context) {
    const { settings: chosen } = file;
    if (!isBuiltIn(chosen)) return { status: "failure", error: ofOthers(chosen) };
    return previewTransform(generatorOf(chosen.generator), { ...file, settings: chosen }, context);
  },
};

/** Made by the operation's own schema. */
function own(said: Facility): TransformFacility {
  return said as TransformFacility;
}

function withOwn(at: SubmitCheck): SubmitCheck<TransformFacility> {
  return { ...at, facility: own(at.facility) };
}

function ofOthers({ generator }: TransformSettings): TaskError {
  return {
    class: "bad_query",
    message:
      `The code of the generator ${generator} runs in containers of its own, not here: dry runs ` +
      "are for sql alone.",
  };
}
