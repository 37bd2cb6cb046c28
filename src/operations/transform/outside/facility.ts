import { z } from "zod";
import { readServiceUrl } from "../../../settings/service-url.ts";
import * as value from "../../../settings/values.ts";

/** Names of generators that this service has itself, or that clients mean otherwise. */
export const reservedNames = ["sql", "noop", "default", "none"];

/** Short enough for a key of clients, and plain enough for an address. */
const generatorName = /^[A-Za-z0-9][\w.-]{0,63}$/;
const imageName = /^[\w./:@-]{1,255}$/;

function isGenerator(name: string): boolean {
  return generatorName.test(name) && !reservedNames.includes(name);
}

/** ServiceX's own settings of code generators and their images. */
export const facility = z
  .object({
    CODE_GEN_SERVICE_URLS: value
      .textsByName(
        (name, url) => isGenerator(name) && readServiceUrl(url) !== undefined,
        'an object such as {"uproot": "http://uproot-code-gen:8000"}, of names (but sql, noop, ' +
          "default and none) and http:// or https:// URLs without a query, a user or a password",
      )
      .default({})
      .describe("code generators of others: where each answers, by name, as ServiceX writes it"),
    CODE_GEN_IMAGES: value
      .textsByName(
        (name, image) => isGenerator(name) && imageName.test(image),
        'an object of names and images, such as {"uproot": "sslhep/servicex_code_gen:v1"}',
      )
      .default({})
      .describe("their images, which clients are shown"),
    ALLOWED_IMAGE_PREFIXES: value
      .listOf(/^[\w./:@-]{1,255}$/, "beginnings of images")
      .default([])
      .describe(
        "what the images of transformers may begin with, such as `docker.io/sslhep/`; without it, " +
          "a generator chooses the image and no user does",
      ),
    TRANSFORMER_VALIDATE_DOCKER_IMAGE: value.yesOrNo
      .default(true)
      .describe("whether images are looked for in their registry when a request is submitted"),
  })
  .superRefine(({ CODE_GEN_SERVICE_URLS, CODE_GEN_IMAGES }, check) => {
    const stray = Object.keys(CODE_GEN_IMAGES).find((name) => !(name in CODE_GEN_SERVICE_URLS));
    if (stray === undefined) return;
    check.addIssue({
      code: "custom",
      path: ["CODE_GEN_IMAGES"],
      message: `images of generators in CODE_GEN_SERVICE_URLS alone, which has no ${stray}`,
    });
  });

export type TransformFacility = z.infer<typeof facility>;

/** Their names, with their images where these are known. */
export function generatorsOf({
  CODE_GEN_SERVICE_URLS,
  CODE_GEN_IMAGES,
}: TransformFacility): Record<string, string | undefined> {
  const names = Object.keys(CODE_GEN_SERVICE_URLS);
  return Object.fromEntries(names.map((name) => [name, CODE_GEN_IMAGES[name]]));
}
