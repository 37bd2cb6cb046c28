// The ISIMIP Files API, versions 1 and 2: its Python clients call this service unchanged;
// doc/isimip.md says what differs.
import { Router } from "express";
import type { Mount } from "../../http/mount.ts";
import { endpointRouter } from "../endpoint.ts";
import { isimipEndpoints } from "./endpoints.ts";
import { isimipReply } from "./errors.ts";

export const isimip: Mount = {
  name: "isimip",
  owns: (path) => /^\/isimip(\/|$)/.test(path),
  errorReply: isimipReply,
  origins: ({ config }) => config.isimip?.origins ?? [],
  router(ctx, admit, serves) {
    if (!ctx.config.isimip) return Router();
    return endpointRouter(ctx, admit, {
      endpoints: isimipEndpoints,
      serves,
      facade: "isimip",
      under: "/isimip",
    });
  },
};
