import type { Router } from "express";
import type { Context } from "../context.ts";
import type { Reply } from "../http/route.ts";
import { servicex } from "./servicex/index.ts";

/** A façade speaks another service's HTTP words under that service's own paths, and translates them to ours. */
export interface Facade {
  readonly name: string;
  /** Its own paths: what goes wrong there is said in its words, whoever found it. */
  owns(path: string): boolean;
  errorReply(error: unknown, requestId: string): Reply;
  router(ctx: Context): Router;
}

export const facades: Facade[] = [servicex];
