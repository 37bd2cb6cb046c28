import type { Router } from "express";
import type { Context } from "../deps.ts";
import type { Admit } from "./admit.ts";
import type { Reply, Route } from "./route.ts";

/** A part of what a port serves: the API, its documentation, another service's paths. */
export interface Mount {
  readonly name: string;
  /** Its own paths: errors there are reported in its format, and browsers are given its policy. */
  owns(path: string): boolean;
  router(ctx: Context, admit: Admit): Router;
  /** Routes that are called many times a second and go past the router. */
  readonly hotRoutes?: readonly Route[];
  /** default: application/problem+json */
  errorReply?(error: unknown, requestId: string): Reply;
  /** default: nothing may be loaded */
  readonly contentSecurityPolicy?: string;
}
