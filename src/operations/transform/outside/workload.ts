import { RequestError } from "../../../errors.ts";
import type { SubmitCheck, WorkerOperation } from "../../contract.ts";
import type { OutsideSettings, TransformSettings } from "../settings.ts";
import { askGenerator } from "./ask-generator.ts";
import type { TransformFacility } from "./facility.ts";
import { isAllowedImage } from "./image-name.ts";
import { makeKnownImages } from "./known-images.ts";

type Workload = NonNullable<
  Awaited<ReturnType<NonNullable<WorkerOperation<TransformSettings>["workload"]>>>
>;
type Check = SubmitCheck<TransformFacility>;

const lookFor = makeKnownImages();

/**
 * Whether such a generator is here and a user's own image may be used; returns why the image could
 * not be looked for.
 */
export async function checkOutside(
  { generator, image }: OutsideSettings,
  { facility }: Check,
): Promise<string | undefined> {
  if (!Object.hasOwn(facility.CODE_GEN_SERVICE_URLS, generator))
    throw refusal("unknown_generator", "/generator", unknownGenerator(generator, facility));
  if (image === undefined) return undefined;
  if (facility.ALLOWED_IMAGE_PREFIXES.length === 0)
    throw refusal(
      "image_refused",
      "/image",
      "Images are chosen by the generators here, not by requests (ALLOWED_IMAGE_PREFIXES).",
    );
  return checkImage(image, facility, "/image");
}

/** Asks the generator, once, for the code of a step. */
export async function outsideWorkload(
  { generator, selection, image: wanted, format, destination = "object-store" }: OutsideSettings,
  { facility, owner, signal }: Check,
): Promise<Workload> {
  const url = facility.CODE_GEN_SERVICE_URLS[generator];
  if (url === undefined)
    throw refusal("unknown_generator", "/generator", unknownGenerator(generator, facility));
  const code = await askGenerator({ name: generator, url, selection, owner, signal });
  const image = wanted ?? code.image;
  if (wanted === undefined) await checkImage(image, facility, "/generator");
  return { ...code, image, format, destination };
}

async function checkImage(
  image: string,
  { ALLOWED_IMAGE_PREFIXES: prefixes, TRANSFORMER_VALIDATE_DOCKER_IMAGE: looks }: TransformFacility,
  pointer: string,
): Promise<string | undefined> {
  if (prefixes.length > 0 && !isAllowedImage(image, prefixes))
    throw refusal(
      "image_refused",
      pointer,
      `The transformer image ${image} is not allowed here; allowed are those that begin with ` +
        `${prefixes.join(", ")}.`,
    );
  if (!looks) return undefined;
  const look = await lookFor(image);
  if (look === "missing")
    throw refusal(
      "no_such_image",
      pointer,
      `Requested transformer docker image doesn't exist: ${image}`,
    );
  return look === "there"
    ? undefined
    : `Whether the image ${image} exists could not be found out: ${look.unknown}.`;
}

function unknownGenerator(name: string, facility: TransformFacility): string {
  const offered = ["sql", ...Object.keys(facility.CODE_GEN_SERVICE_URLS)];
  return `There is no generator ${JSON.stringify(name)} here; offered: ${offered.join(", ")}.`;
}

function refusal(code: string, pointer: string, detail: string): RequestError {
  return new RequestError(422, code, detail, [{ pointer, detail }]);
}
