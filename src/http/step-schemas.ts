import { z } from "zod";
import type { oas31 } from "zod-openapi";
import type { Operation } from "../operations/contract.ts";

type Schema = Record<string, unknown>;

/** `StepInput` in the document: one of the offered operations, its settings beside its name. */
export function stepSchemas(operations: readonly Operation[]): Record<string, oas31.SchemaObject> {
  const named = operations.map(
    (operation) => [componentName(operation.name), stepOf(operation)] as const,
  );
  return {
    StepInput: { oneOf: named.map(([name]) => ({ $ref: `#/components/schemas/${name}` })) },
    ...Object.fromEntries(named),
  };
}

function componentName(operation: string): string {
  return `${operation.charAt(0).toUpperCase()}${operation.slice(1)}Step`;
}

function stepOf({ name, summary, settings, example }: Operation): oas31.SchemaObject {
  const { $schema: _, ...schema } = z.toJSONSchema(settings, { io: "input" }) as Schema;
  return {
    description: summary,
    ...withOperation(schema, name),
    example: { operation: name, ...example.settings },
  };
}

/** Settings may be a choice of shapes; the operation's name goes into each. */
function withOperation(schema: Schema, name: string): oas31.SchemaObject {
  for (const choice of ["oneOf", "anyOf", "allOf"] as const) {
    const shapes = schema[choice];
    if (Array.isArray(shapes))
      return { ...schema, [choice]: shapes.map((shape: Schema) => withOperation(shape, name)) };
  }
  const { properties = {}, required = [] } = schema as { properties?: Schema; required?: string[] };
  return {
    ...schema,
    type: "object",
    properties: {
      operation: { type: "string", const: name },
      retry: { $ref: "#/components/schemas/Retry" },
      ...properties,
    },
    required: ["operation", ...required],
  };
}
