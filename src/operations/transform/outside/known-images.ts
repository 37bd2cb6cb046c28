import { readImageName } from "./image-name.ts";
import { type ImageLook, lookForImage } from "./registry.ts";

/** Registries count the questions of an address, and answer no more after some. */
const keptSeconds = { there: 3600, missing: 60, unknown: 60 };
const mostWaitSeconds = 600;
const mostKept = 1_000;

interface Known {
  look: Promise<ImageLook>;
  until: number;
}

/** Whether images are in their registries; each is asked for once in a while. */
export function makeKnownImages(
  look: typeof lookForImage = lookForImage,
  now: () => number = () => performance.now() / 1000,
): (image: string) => Promise<ImageLook> {
  const known = new Map<string, Known>();
  return (image) => {
    const name = readImageName(image);
    if (!name) return Promise.resolve("missing");
    const kept = known.get(image);
    if (kept && kept.until > now()) return kept.look;
    const asked: Known = { look: look(name), until: Number.POSITIVE_INFINITY };
    known.delete(image);
    known.set(image, asked);
    for (const [oldest] of known) {
      if (known.size <= mostKept) break;
      known.delete(oldest);
    }
    void asked.look.then((found) => {
      asked.until = now() + secondsFor(found);
    });
    return asked.look;
  };
}

function secondsFor(found: ImageLook): number {
  if (typeof found === "string") return keptSeconds[found];
  return Math.min(Math.max(found.afterSeconds ?? 0, keptSeconds.unknown), mostWaitSeconds);
}
