import { z } from "zod";
import { RequestError } from "../../errors.ts";
import { localPathOf } from "../../inputs/local.ts";
import type { Operation, SubmitCheck } from "../contract.ts";
import type { LocalInput } from "./generator.ts";
import { formats, generatorNames, generators } from "./generator.ts";
import { inputKindOf } from "./input-kind.ts";
import { outputNameOf } from "./output-name.ts";
import { performTransform } from "./perform.ts";

const longestSelection = 1024 * 1024;

const settings = z.strictObject({
  generator: z.enum(generatorNames).default("sql").describe("who understands the selection"),
  selection: z
    .string()
    .min(1)
    .max(longestSelection)
    .refine((text) => !text.includes("\0"), "must not contain the NUL character")
    .describe("for `sql`: one SELECT statement over the table `input`, which is the file"),
  format: z.enum(formats).default("parquet").describe("what the result is written as"),
});

export type TransformSettings = z.infer<typeof settings>;

export const transform: Operation<TransformSettings> = {
  name: "transform",
  summary:
    "Runs a selection over each file (Parquet, CSV or JSON) and writes what it selects as Parquet, CSV or JSON.",
  settings,
  fatalClasses: ["bad_query"],
  outputName: (chosen, replica) => outputNameOf(replica, chosen.format),
  async check(chosen, at) {
    const why = await generators[chosen.generator].check(
      chosen.selection,
      await firstLocalInput(at),
    );
    if (why)
      throw new RequestError(422, "bad_query", why, [{ pointer: "/selection", detail: why }]);
  },
  perform: performTransform,
};

/** The first file where it can be read here and now. One that cannot is no reason to refuse: it fails by itself, later, and says why. */
async function firstLocalInput(at: SubmitCheck): Promise<LocalInput | undefined> {
  for (const replica of at.firstFile ?? []) {
    const path = await localPathOf(replica, at.inputRoots).catch(() => undefined);
    const kind = path && (await inputKindOf(replica, path).catch(() => undefined));
    if (path && kind) return { path, kind, name: replica };
  }
  return undefined;
}
