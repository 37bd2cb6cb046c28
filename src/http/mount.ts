import type { Router } from "express";
import type { Listener } from "../auth/listener.ts";
import type { Context, Deps } from "../deps.ts";
import type { Admit } from "./admit.ts";
import type { Problem } from "./problem.ts";
import type { Reply, Route } from "./route.ts";

/** A part of what a port serves: the API, its documentation, another service's paths. */
export interface Mount {
  readonly name: string;
  /** Its own paths: errors there are reported in its format, and browsers are given its policy. */
  owns(path: string): boolean;
  /** `serves`: what the port is for */
  router(ctx: Context, admit: Admit, serves: readonly Listener[]): Router;
  /** Routes that are called many times a second and go past the router. */
  readonly hotRoutes?: readonly Route[];
  /** default: application/problem+json */
  errorReply?(error: unknown, requestId: string): Reply;
  /** how an error of any mount is shown to a person with a browser; one mount has it */
  errorPage?(ctx: Context, problem: Problem): Pick<Reply, "body" | "headers">;
  /**
   * where a person with a browser is sent who may open `path` once they are signed in; undefined:
   * nowhere, so they get an error. One mount has it
   */
  signIn?(ctx: Context, path: string): Reply | undefined;
  /** its GETs change nothing: links of other sites may open them in a window */
  readonly opensFromLinks?: true;
  /**
   * The sites whose pages may call it, by their origins; `*`: all. Only calls without a name or
   * with a token are let in so: never cookies, never the local caller. Default: none.
   */
  origins?(ctx: Deps<"config">): readonly string[];
  /** default: nothing may be loaded */
  readonly contentSecurityPolicy?: string;
}
