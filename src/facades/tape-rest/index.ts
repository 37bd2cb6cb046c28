// The WLCG Tape REST API, version 1: FTS and gfal2 have files brought from tape by it. Behind it
// each stage request is a request of the operation `stage`. doc/tape-rest-api.md says what differs.
import { Router } from "express";
import type { Mount } from "../../http/mount.ts";
import { endpointRouter } from "../endpoint.ts";
import { openTape } from "../tape/tape.ts";
import { makeKeyAdmit } from "./admit.ts";
import { base, endpointsOf, wellKnown } from "./endpoints.ts";
import { tapeRestReply } from "./errors.ts";

export const tapeRest: Mount = {
  name: "tape-rest",
  owns: (path) => path === wellKnown || path === base || path.startsWith(`${base}/`),
  errorReply: tapeRestReply,
  router(ctx, admit, serves) {
    if (!ctx.operations.has("stage") || !serves.includes("public")) return Router();
    const { admit: admitKey, limitsOf } = makeKeyAdmit(ctx, admit);
    const endpoints = endpointsOf({ system: openTape(ctx), limitsOf });
    return endpointRouter(ctx, admitKey, { endpoints, serves, under: base });
  },
};
