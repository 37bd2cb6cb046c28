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
  /** of the transformer; clients of 2024 may send it */
  image?: string | undefined;
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
export function offeredGenerators(ctx: Deps<"config" | "operations">): Record<string, string> {
  const offered = Object.entries(generators).filter(([, { operation }]) =>
    ctx.operations.has(operation),
  );
  const own = offered.map(([name]) => [name, `longshore/${name}:${version}`]);
  return { ...Object.fromEntries(own), ...outsideGenerators(ctx) };
}

/** Those that other containers are, by the settings of the facility. */
function outsideGenerators({
  config,
  operations,
}: Deps<"config" | "operations">): Record<string, string> {
  const all = [...operations.values()].flatMap((operation) =>
    Object.entries(operation.generators?.(config.facility[operation.name] ?? {}) ?? {}),
  );
  return Object.fromEntries(all.map(([name, image]) => [name, image ?? "unknown"]));
}

export interface ImagesOfGenerators {
  /** also of one that is no longer offered: clients expect a text */
  imageOf(name: string): string;
  isOutside(name: string): boolean;
}

export function imagesOfGenerators(ctx: Deps<"config" | "operations">): ImagesOfGenerators {
  const offered = offeredGenerators(ctx);
  return {
    imageOf: (name) => offered[name] ?? `longshore/${name}:${version}`,
    isOutside: (name) => generators[name] === undefined && offered[name] !== undefined,
  };
}

/** `default`, null and none mean the first that is offered: `sql`. */
export function stepOf(
  ctx: Deps<"config" | "operations">,
  codegen: string | null | undefined,
  wanted: Wanted,
): Chosen {
  const offered = Object.keys(offeredGenerators(ctx));
  const name = (codegen === "default" ? undefined : codegen) || offered[0];
  if (name === undefined || !offered.includes(name)) {
    throw badRequest(
      `Invalid Codegen Image Passed in Request: ${name}. Offered here: ` +
        `${offered.join(", ") || "none"}.`,
    );
  }
  const step = generators[name]?.step(wanted) ?? outsideStep(name, wanted);
  return { codegen: name, steps: parseSteps(ctx.operations, [step]) };
}

function outsideStep(generator: string, { selection, format, destination, image }: Wanted) {
  if (!selection)
    throw badRequest(`The selection is missing: the generator ${generator} needs one.`);
  return {
    operation: "transform",
    generator,
    selection,
    format,
    destination,
    ...(image ? { image } : {}),
  };
}
