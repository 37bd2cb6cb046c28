import type { Router } from "express";
import type { Context } from "../deps.ts";
import type { Reply } from "../http/route.ts";

/** A façade speaks another service's HTTP words under that service's own paths, and translates them to ours. */
export interface Facade {
  readonly name: string;
  /** Its own paths: errors there are reported in its words, whoever found them. */
  owns(path: string): boolean;
  errorReply(error: unknown, requestId: string): Reply;
  router(ctx: Context): Router;
}
