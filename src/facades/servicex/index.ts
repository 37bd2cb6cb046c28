// ServiceX's words: its Python clients, finders and workers call this service unchanged. contracts: doc/servicex.md says what differs.
import type { Facade } from "../contract.ts";
import { endpointRouter } from "./endpoint.ts";
import { messageReply } from "./errors.ts";
import { internalEndpoints } from "./internal/index.ts";
import { publicEndpoints } from "./public/index.ts";

const ownPath = /^\/(servicex|multiple-codegen-list|token\/refresh)(\/|$)/;

export const servicex: Facade = {
  name: "servicex",
  owns: (path) => ownPath.test(path),
  errorReply: messageReply,
  router: (ctx) => endpointRouter(ctx, [...publicEndpoints, ...internalEndpoints]),
};
