// `outside`: an operation for tests whose work a container of others does, as that of a ServiceX
// code generator. It is not offered to users.
import { z } from "zod";
import { RequestError } from "../../src/errors.ts";
import type { WorkerOperation } from "../../src/operations/contract.ts";
import { type Workload, workloadDestinations } from "../../src/runner/contract.ts";

const settings = z.strictObject({
  /** what its generator answers */
  says: z.enum(["code", "nothing", "refusal", "too much"]).default("code"),
  destination: z.enum(workloadDestinations).default("object-store"),
  /** what its generator says that it writes; without it, it says nothing */
  writes: z.array(z.string()).optional(),
});

export type OutsideSettings = z.infer<typeof settings>;

/** `asked` gets the settings of each call of its generator. */
export function outsideOperation(asked: OutsideSettings[] = []): WorkerOperation<OutsideSettings> {
  return {
    name: "outside",
    runsIn: "worker",
    summary: "Leaves each file to a container of others.",
    settings,
    example: { settings: {} },
    outputs: () => ["object"],
    async workload(chosen): Promise<Workload | undefined> {
      asked.push(chosen);
      if (chosen.says === "nothing") return undefined;
      if (chosen.says === "refusal")
        throw new RequestError(422, "bad_query", "The generator cannot read this.", [
          { pointer: "/says", detail: "The generator cannot read this." },
        ]);
      const bytes = chosen.says === "too much" ? 1024 * 1024 + 1 : 20;
      return {
        image: "example.org/science:1",
        language: "python",
        command: "/generated/transform_single_file.py",
        format: "parquet",
        destination: chosen.destination,
        files: {
          "generated_transformer.py": Buffer.alloc(bytes, "x").toString("base64"),
          ...(chosen.writes && { "transformer_capabilities.json": capabilities(chosen.writes) }),
        },
      };
    },
    perform: async () => ({ status: "success", results: [] }),
  };
}

function capabilities(formats: string[]): string {
  return Buffer.from(JSON.stringify({ "file-formats": formats })).toString("base64");
}
