import { listNotices, sendNoticeAgain } from "../../notices/notices.ts";
import { route } from "../route.ts";
import * as schema from "../schemas/notices.ts";

const common = { tag: "notices" } as const;

export const listAllNotices = route({
  ...common,
  method: "get",
  path: "/v1/notices",
  name: "listNotices",
  access: "notice.read",
  summary: "List messages to Slack and to people, the newest first",
  query: schema.noticeQuery,
  responses: {
    200: { description: "Messages, with what kept them from it.", schema: schema.noticePage },
    409: { description: "Identity is off on this service." },
  },
  async handler(ctx, { caller, query }) {
    const { items, next } = await listNotices(ctx, caller, query);
    return {
      status: 200,
      headers: { "cache-control": "private, no-store" },
      body: { items: items.map(schema.noticeView), next },
    };
  },
});

export const sendFailedNotice = route({
  ...common,
  method: "post",
  path: "/v1/notices/{notice}/again",
  name: "sendNotice",
  access: "notice.change",
  summary: "Send a message again that has failed",
  params: schema.noticeParams,
  responses: {
    202: { description: "It is tried again, at once." },
    409: { description: "It has not failed, is an answer to Slack, or identity is off." },
  },
  async handler(ctx, { caller, params }) {
    await sendNoticeAgain(ctx, caller, params.notice);
    return { status: 202 };
  },
});
