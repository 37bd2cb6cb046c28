// Boxes and points, with the API's words for what is wrong with them.

const corners = ["west", "east", "south", "north"] as const;
export type Corner = (typeof corners)[number];
type Box = Record<Corner, number>;

/** Degrees, in the order in which they are sent. A text says what is wrong. */
export function boxOf(value: unknown, order: readonly Corner[]): Box | string {
  const numbers = numbersOf(value, order.length);
  if (!numbers) return "bbox is not of the form [%f, %f, %f, %f]";
  const at = (corner: Corner) => numbers[order.indexOf(corner)] ?? 0;
  const box = { west: at("west"), east: at("east"), south: at("south"), north: at("north") };
  for (const corner of corners) {
    const isLongitude = corner === "west" || corner === "east";
    const fault = beyond(`${corner} ${isLongitude ? "longitude" : "latitude"}`, box[corner]);
    if (fault !== undefined) return `${fault} in bbox`;
  }
  return box.south > box.north ? "south is not below north in bbox" : box;
}

export type PointOrder = "latlon" | "lonlat";

/** A list in the order of the site, or an object that names both. */
export function pointOf(value: unknown, order: PointOrder): { lat: number; lon: number } | string {
  const { first, second, isNamed } = twoOf(value);
  if (first === undefined || second === undefined) return "point is not of the form [%f, %f]";
  const isLatitudeFirst = isNamed || order === "latlon";
  const [lat, lon] = isLatitudeFirst ? [first, second] : [second, first];
  // The order of the other half of the world's documentation
  if (!isNamed && Math.abs(lat) > 90 && Math.abs(lon) <= 90)
    return `point is [${isLatitudeFirst ? "lat, lon" : "lon, lat"}], and ${lat} is no latitude,`;
  const fault = beyond("longitude", lon) ?? beyond("latitude", lat);
  return fault === undefined ? { lat, lon } : `${fault} in point`;
}

interface Two {
  first: number | undefined;
  second: number | undefined;
  isNamed: boolean;
}

function twoOf(value: unknown): Two {
  if (Array.isArray(value)) {
    const [first, second] = numbersOf(value, 2) ?? [];
    return { first, second, isNamed: false };
  }
  const { lat, lon } = (value ?? {}) as { lat?: unknown; lon?: unknown };
  const [first, second] = numbersOf([lat, lon], 2) ?? [];
  return { first, second, isNamed: true };
}

function numbersOf(value: unknown, count: number): number[] | undefined {
  if (!Array.isArray(value) || value.length !== count) return undefined;
  const numbers = value.filter((one): one is number => Number.isFinite(one));
  return numbers.length === count ? numbers : undefined;
}

function beyond(name: string, value: number): string | undefined {
  const most = name.endsWith("longitude") ? 180 : 90;
  if (value > most) return `${name} is > ${most}`;
  return value < -most ? `${name} is < -${most}` : undefined;
}
