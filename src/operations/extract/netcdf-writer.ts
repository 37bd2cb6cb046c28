// NetCDF's classic format with 64-bit offsets (CDF-2 of its specification), as far as masks need
// it.
import type { FileHandle } from "node:fs/promises";

export type Attribute = string | number | Int8Array;

export interface NewVariable {
  name: string;
  kind: "byte" | "int" | "double";
  /** indexes of dimensions */
  dimensions: readonly number[];
  attributes: Record<string, Attribute>;
  values(): Buffer;
}

export interface NewDimension {
  name: string;
  length: number;
}

const tags = { dimension: 10, variable: 11, attribute: 12 };
const types = { byte: 1, char: 2, int: 4, double: 6 };
const sizes = { byte: 1, int: 4, double: 8 };

/** Values are asked for one variable after the other, and not kept. */
export async function writeClassic(
  file: FileHandle,
  dimensions: readonly NewDimension[],
  variables: readonly NewVariable[],
): Promise<void> {
  const lengths = variables.map((one) => bytesOf(one, dimensions));
  let begin = headerOf(dimensions, variables, lengths, 0).length;
  await file.write(headerOf(dimensions, variables, lengths, begin), 0, undefined, 0);
  for (const [index, { values }] of variables.entries()) {
    await file.write(padded(values()), 0, undefined, begin);
    begin += lengths[index] ?? 0;
  }
}

function bytesOf({ kind, dimensions }: NewVariable, all: readonly NewDimension[]): number {
  const count = dimensions.reduce((product, at) => product * (all[at]?.length ?? 0), 1);
  return Math.ceil((count * sizes[kind]) / 4) * 4;
}

function headerOf(
  dimensions: readonly NewDimension[],
  variables: readonly NewVariable[],
  lengths: readonly number[],
  begin: number,
): Buffer {
  let at = begin;
  const described = variables.map((one, index) => {
    const length = lengths[index] ?? 0;
    const text = Buffer.concat([
      name(one.name),
      int(one.dimensions.length),
      ...one.dimensions.map(int),
      attributes(one.attributes),
      int(types[one.kind]),
      int(length),
      long(at),
    ]);
    at += length;
    return text;
  });
  return Buffer.concat([
    Buffer.from("CDF\x02"),
    int(0),
    int(tags.dimension),
    int(dimensions.length),
    ...dimensions.flatMap((one) => [name(one.name), int(one.length)]),
    // No attributes of the whole
    int(0),
    int(0),
    int(tags.variable),
    int(variables.length),
    ...described,
  ]);
}

function attributes(all: Record<string, Attribute>): Buffer {
  const entries = Object.entries(all);
  if (entries.length === 0) return Buffer.concat([int(0), int(0)]);
  return Buffer.concat([
    int(tags.attribute),
    int(entries.length),
    ...entries.flatMap(([key, value]) => [name(key), attribute(value)]),
  ]);
}

function attribute(value: Attribute): Buffer {
  if (typeof value === "number") {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([int(types.double), int(1), bytes]);
  }
  const bytes = Buffer.from(value as string);
  const type = typeof value === "string" ? types.char : types.byte;
  return Buffer.concat([int(type), int(bytes.length), padded(bytes)]);
}

function name(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([int(bytes.length), padded(bytes)]);
}

function padded(bytes: Buffer): Buffer {
  const missing = (4 - (bytes.length % 4)) % 4;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}
