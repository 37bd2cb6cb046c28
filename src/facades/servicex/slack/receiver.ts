// Where Slack calls when somebody presses a button: Slack's own library on our app, behind our own
// check of signature and age.
import type { ServerResponse } from "node:http";
import type { Request, RequestHandler, Response } from "express";
import { identityOff } from "../../../db/people.ts";
import type { Context } from "../../../deps.ts";
import { RequestError } from "../../../errors.ts";
import { readBytes } from "../../../http/json/read-bytes.ts";
import { send } from "../../../http/send.ts";
import type { Endpoint } from "../../endpoint.ts";
import { isForm } from "../body.ts";
import { messageReply } from "../errors.ts";
import { actOnButton } from "./actions.ts";
import { interaction, isOurs } from "./interaction.ts";
import { verifySlack } from "./verify.ts";

const path = "/slack";
const limitMegabytes = 1;
/** Slack waits for three seconds. */
const answerMilliseconds = 2_500;

export const slackInteraction: Endpoint = {
  method: "post",
  path,
  access: "slack.interact",
  async answer({ ctx, request, response }) {
    if (!ctx.config.enableAuth) throw identityOff();
    const secret = secretOf(ctx);
    if (secret === undefined)
      throw new RequestError(
        409,
        "slack_off",
        "Nothing is decided at Slack here: SLACK_SIGNING_SECRET of the service is not set.",
      );
    const raw = await readBytes(request, limitMegabytes);
    verifySlack(secret, request.headers, raw, new Date());
    if (!isForm(request))
      throw new RequestError(415, "unsupported_media_type", "Slack sends forms to this address.");
    if (!isOurs(raw)) return { status: 200 };
    const handle = await boltOf(ctx, secret);
    return { write: () => handOver(handle, { request, response, raw }) };
  },
};

/** Where Slack is set: to load its library may take longer than Slack waits for an answer. */
export function prepareSlack(ctx: Context): void {
  const secret = secretOf(ctx);
  if (secret === undefined) return;
  boltOf(ctx, secret).catch((error: Error) =>
    ctx.log.warn({ err: error }, "Slack's library was not loaded; its first call tries again"),
  );
}

function secretOf({ config }: Pick<Context, "config">): string | undefined {
  return config.identity?.slack?.signingSecret;
}

/** One for each service in this process. A service has one secret as long as it runs. */
const bolts = new WeakMap<Context, Promise<RequestHandler>>();

function boltOf(ctx: Context, secret: string): Promise<RequestHandler> {
  const known = bolts.get(ctx);
  if (known) return known;
  const made = makeBolt(ctx, secret).catch((error: unknown) => {
    bolts.delete(ctx);
    throw error;
  });
  bolts.set(ctx, made);
  return made;
}

async function makeBolt(ctx: Context, secret: string): Promise<RequestHandler> {
  const { App, ExpressReceiver, LogLevel } = await import("@slack/bolt");
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    // Its messages may quote what Slack sent.
    warn: () => ctx.log.debug("Slack's library has a warning"),
    error: () => ctx.log.debug("Slack's library has an error, which was answered"),
    setLevel: () => undefined,
    getLevel: () => LogLevel.ERROR,
    setName: () => undefined,
  };
  const receiver = new ExpressReceiver({
    signingSecret: secret,
    endpoints: path,
    logger,
    unhandledRequestTimeoutMillis: answerMilliseconds,
    unhandledRequestHandler: ({ response }) => answerFailure(ctx, response, late()),
    async processEventErrorHandler({ error, response }) {
      answerFailure(ctx, response, "original" in error ? error.original : error);
      return false;
    },
  });
  const app = new App({ receiver, authorize: async () => ({}), logger });
  app.error(async (error) => {
    throw error;
  });
  app.action({ type: "block_actions" }, async ({ ack, body }) => {
    await actOnButton(ctx, interaction.parse(body));
    await ack();
  });
  return receiver.router;
}

function answerFailure(ctx: Context, response: ServerResponse, error: unknown): void {
  if (response.headersSent) return;
  const requestId = String(response.getHeader("x-request-id") ?? "");
  const reply = messageReply(error, requestId);
  if (reply.status >= 500) ctx.log.warn({ err: error, request: requestId }, "a button failed");
  send(response, reply);
}

/** Slack shows that to whoever pressed the button, which may be pressed again. */
function late(): RequestError {
  return new RequestError(503, "late", "It takes longer than Slack waits. Try again.");
}

interface HandedOver {
  request: Request;
  response: Response;
  raw: Buffer;
}

/** The body is read already; for bolt the type has to be the bare word. */
function handOver(handle: RequestHandler, { request, response, raw }: HandedOver): Promise<void> {
  request.headers["content-type"] = "application/x-www-form-urlencoded";
  Object.assign(request, { rawBody: raw });
  return new Promise((resolve, reject) => {
    response.once("close", resolve);
    handle(request, response, (error?: unknown) =>
      reject(error ?? new Error("Slack's library did not take the call.")),
    );
  });
}
