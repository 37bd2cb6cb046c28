// The features of a shape, as ogr2ogr writes them: a line of GeoJSON each, in degrees.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import { json } from "./grid.ts";

export type Ring = readonly (readonly [lon: number, lat: number])[];

/** An outline and its holes; a point is inside where it is within an odd number of them. */
export type Area = readonly Ring[];

export interface Feature {
  /** a point is inside where it is in one of them */
  areas: Area[];
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
  z.object({ type: z.literal("GeometryCollection"), geometries: z.array(z.unknown()) }),
]);
const feature = z.object({
  geometry: z.unknown(),
  properties: z.record(z.string(), z.unknown()).nullable().default({}),
});

/** A feature that is no area has no areas: it has its number all the same. */
export async function* featuresOf(path: string): AsyncGenerator<Feature> {
  const lines = createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const { geometry: shape, properties } = feature.parse(json(line));
    yield { areas: areasOf(shape), properties: properties ?? {} };
  }
}

const deepest = 10;

/** Points and lines among them are no areas. */
function areasOf(shape: unknown, depth = 0): Area[] {
  const { data } = geometry.safeParse(shape);
  if (!data || depth > deepest) return [];
  if (data.type === "Polygon") return [data.coordinates];
  if (data.type === "MultiPolygon") return data.coordinates;
  return data.geometries.flatMap((part) => areasOf(part, depth + 1));
}

/** Whether it can be degrees: longitudes may go from 0 to 360, and on over the date line. */
export function isOnGlobe({ areas }: Feature): boolean {
  return areas.flat(2).every(([lon, lat]) => Math.abs(lon) <= 540 && Math.abs(lat) <= 90 + 1e-6);
}

/** Whether an edge goes around more than half of the globe, but at a pole. */
export function hasWideEdge({ areas }: Feature): boolean {
  return areas.flat().some((ring) =>
    ring.some(([lon, lat], at) => {
      const [nextLon, nextLat] = ring[at + 1] ?? [lon, lat];
      const isAtPole = lat === nextLat && Math.abs(lat) > 90 - 1e-6;
      return !isAtPole && Math.abs(nextLon - lon) > 180;
    }),
  );
}
