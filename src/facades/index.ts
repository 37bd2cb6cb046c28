import type { Router } from "express";
import type { Context } from "../context.ts";

/** A façade speaks another service's HTTP words under that service's own paths, and translates them to ours. */
export interface Facade {
  readonly name: string;
  router(ctx: Context): Router;
}

export const facades: Facade[] = [];
