// The features of a shape, as ogr2ogr writes them: a line of GeoJSON each, in degrees.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import { json } from "./grid.ts";

export type Ring = readonly (readonly [lon: number, lat: number])[];

export interface Feature {
  /** outlines and holes; a point is inside where it is within an odd number of them */
  rings: Ring[];
  properties: Record<string, unknown>;
}

const position = z
  .array(z.number())
  .min(2)
  .transform(([lon = 0, lat = 0]) => [lon, lat] as const);
const polygon = z.array(z.array(position));
const geometry = z.discriminatedUnion("type", [
  z.object({ type: z.literal("Polygon"), coordinates: polygon }),
  z.object({ type: z.literal("MultiPolygon"), coordinates: z.array(polygon) }),
]);
const feature = z.object({
  geometry: geometry.nullable().catch(null),
  properties: z.record(z.string(), z.unknown()).nullable().default({}),
});

/** A feature that is no area has no rings: it has its number all the same. */
export async function* featuresOf(path: string): AsyncGenerator<Feature> {
  const lines = createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const { geometry: area, properties } = feature.parse(json(line));
    const rings =
      area === null ? [] : area.type === "Polygon" ? area.coordinates : area.coordinates.flat();
    yield { rings, properties: properties ?? {} };
  }
}
