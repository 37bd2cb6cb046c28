import { RequestError } from "../../errors.ts";
import { localPathOf } from "../../inputs/local.ts";
import type { SubmitCheck, WorkerOperation } from "../contract.ts";
import type { LocalInput } from "./generator.ts";
import { generators } from "./generator.ts";
import { inputKindOf } from "./input-kind.ts";
import { outputNameOf } from "./output-name.ts";
import { performTransform } from "./perform.ts";
import { settings, type TransformSettings } from "./settings.ts";

export const transform: WorkerOperation<TransformSettings> = {
  name: "transform",
  runsIn: "worker",
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
    const why = await refusalOf(chosen, at);
    if (why)
      throw new RequestError(422, "bad_query", why, [{ pointer: "/selection", detail: why }]);
  },
  perform: performTransform,
};

/** A query that fits one of the first files is taken; without a file to read, its syntax is checked. */
async function refusalOf(
  { generator, selection }: TransformSettings,
  at: SubmitCheck,
): Promise<string | undefined> {
  const inputs: (LocalInput | undefined)[] = await localInputs(at);
  let first: string | undefined;
  for (const input of inputs.length > 0 ? inputs : [undefined]) {
    const why = await generators[generator].check(selection, input);
    if (why === undefined) return undefined;
    first ??= why;
  }
  return first;
}

/** Files that can be read here and now; another one fails by itself, later, with its reason. */
async function localInputs({ firstFiles = [], inputRoots }: SubmitCheck): Promise<LocalInput[]> {
  const found = await Promise.all(firstFiles.map((replicas) => localInput(replicas, inputRoots)));
  return found.filter((input) => input !== undefined);
}

async function localInput(
  replicas: string[],
  inputRoots: string[],
): Promise<LocalInput | undefined> {
  for (const replica of replicas) {
    const path = await localPathOf(replica, inputRoots).catch(() => undefined);
    const kind = path && (await inputKindOf(replica, path).catch(() => undefined));
    if (path && kind) return { path, kind, name: replica };
  }
  return undefined;
}
