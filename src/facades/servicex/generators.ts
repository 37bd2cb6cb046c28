// Code generators as ServiceX clients name them, and the step that each becomes.

import type { Deps } from "../../deps.ts";
import { parseSteps } from "../../http/steps.ts";
import type { StepInput } from "../../requests/views.ts";
import { version } from "../../version.ts";
import { badRequest } from "./errors.ts";
import type { ResultDestination, ResultFormat } from "./words.ts";

export interface Wanted {
  selection: string | null | undefined;
  format: ResultFormat;
  destination: ResultDestination;
}

export interface Chosen {
  codegen: string;
  steps: StepInput[];
}

interface Generator {
  operation: string;
  /**
   * the step as its user would write it on /v1; throws `RequestError` if it cannot do what is
   * wanted
   */
  step(wanted: Wanted): { operation: string } & Record<string, unknown>;
}

const generators: Record<string, Generator> = {
  sql: {
    operation: "transform",
    step({ selection, format, destination }) {
      if (!selection)
        throw badRequest(
          "The selection is missing: the generator sql takes one SELECT statement over the " +
            "table input.",
        );
      if (format !== "parquet")
        throw badRequest(
          `The generator sql writes parquet; it cannot write the result-format ${format}. ` +
            'Ask for parquet: "OutputFormat": "parquet" under "General".',
        );
      if (destination !== "object-store") {
        throw badRequest(
          "The generator sql puts its results into the object store; the result-destination " +
            `${destination} is not possible. Ask for object-store.`,
        );
      }
      // awkward, in which its users read results, has no decimals
      return {
        operation: "transform",
        generator: "sql",
        selection,
        format: "parquet",
        decimals: "double",
      };
    },
  },
  noop: { operation: "noop", step: () => ({ operation: "noop" }) },
};

/** name → image, as clients ask for it before they submit */
export function offeredGenerators(ctx: Deps<"operations">): Record<string, string> {
  const offered = Object.entries(generators).filter(([, { operation }]) =>
    ctx.operations.has(operation),
  );
  return Object.fromEntries(offered.map(([name]) => [name, imageOf(name)]));
}

export function imageOf(name: string): string {
  return `longshore/${name}:${version}`;
}

/** `default`, null and none mean the first that is offered: `sql`. */
export function stepOf(
  ctx: Deps<"operations">,
  codegen: string | null | undefined,
  wanted: Wanted,
): Chosen {
  const offered = Object.keys(offeredGenerators(ctx));
  const name = (codegen === "default" ? undefined : codegen) || offered[0];
  const generator = name !== undefined && offered.includes(name) ? generators[name] : undefined;
  if (name === undefined || !generator) {
    throw badRequest(
      `Invalid Codegen Image Passed in Request: ${name}. Offered here: ` +
        `${offered.join(", ") || "none"}.`,
    );
  }
  return { codegen: name, steps: parseSteps(ctx.operations, [generator.step(wanted)]) };
}
