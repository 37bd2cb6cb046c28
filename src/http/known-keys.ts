import { z } from "zod";

/** The keys a schema knows at a place inside it, for "did you mean". */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const [first, ...rest] = path;
  if (first === undefined) return ownKeys(schema);
  return inside(schema, first).flatMap((inner) => knownKeys(inner, rest));
}

function ownKeys(schema: z.ZodType): string[] {
  return unwrapped(schema).flatMap((plain) =>
    plain instanceof z.ZodObject ? Object.keys(plain.shape) : [],
  );
}

function inside(schema: z.ZodType, key: PropertyKey): z.ZodType[] {
  return unwrapped(schema).flatMap((plain) => {
    if (plain instanceof z.ZodArray) return [plain.element as z.ZodType];
    if (plain instanceof z.ZodObject)
      return Object.hasOwn(plain.shape, key) ? [plain.shape[String(key)] as z.ZodType] : [];
    return [];
  });
}

/** What is left when "or absent", "or null" and choices are opened. */
function unwrapped(schema: z.ZodType): z.ZodType[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  )
    return unwrapped(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((option) => unwrapped(option as z.ZodType));
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in as z.ZodType);
  return [schema];
}
