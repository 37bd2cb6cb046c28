import { version } from "../../../version.ts";
import type { Endpoint } from "../../endpoint.ts";
import { offeredGenerators } from "../generators.ts";

export const longestTitle = 10_240;

const capabilities = [
  "poll_local_transformation_results",
  `long_sample_titles_${longestTitle}`,
  "post_cancel_transform",
];

export const info: Endpoint = {
  method: "get",
  path: "/servicex",
  access: "service.read",
  answer: ({ ctx }) => ({
    status: 200,
    body: { "app-version": version, "code-gen-image": offeredGenerators(ctx), capabilities },
  }),
};

/**
 * Clients 3.0 to 3.2.0 read the generators' names here. The values were addresses inside the
 * cluster, which are nobody's business.
 */
export const generatorList: Endpoint = {
  method: "get",
  path: "/multiple-codegen-list",
  access: "service.read",
  answer: ({ ctx }) => ({ status: 200, body: offeredGenerators(ctx) }),
};
