import { parseParameters, parsePathParameters } from "../../http/parse.ts";
import { noticeParams, noticeQuery } from "../../http/schemas/notices.ts";
import { listNotices, type NoticeRow, sendNoticeAgain } from "../../notices/notices.ts";
import { type NoticeKind, noticeStates } from "../../notices/state.ts";
import { pageReply, redirectTo } from "../layout.tsx";
import type { Links } from "../links.ts";
import type { Page, PageCall } from "../page.ts";
import { Pager, State, Table, Tabs, Text, Time } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import { counted } from "../words.ts";

const path = "/admin/notices";
const perPage = "50";

const list: Page = {
  method: "get",
  path,
  access: "notice.read",
  async answer({ ctx, caller, links, query }) {
    const wanted = parseParameters(noticeQuery, { ...query, limit: perPage });
    const { items, next } = await listNotices(ctx, caller, wanted);
    const here = `${links.to(path)}?${wanted.state ? `state=${wanted.state}&` : ""}`;
    return pageReply(
      ctx,
      { title: "Messages" },
      <>
        <h1>Messages</h1>
        <p class="lead">
          What this service tells people by mail, and administrators at Slack. One that does not
          arrive is tried again for four days; whatever it is about has happened all the same.
        </p>
        <Tabs
          label="Messages by state"
          tabs={[undefined, ...noticeStates].map((state) => ({
            href: `${links.to(path)}${state ? `?state=${state}` : ""}`,
            word: state ?? "all",
            isShown: wanted.state === state,
          }))}
        />
        {items.length === 0 ? (
          <p>There are none.</p>
        ) : (
          <Notices ctx={ctx} items={items} links={links} />
        )}
        <Pager
          first={wanted.cursor !== undefined && { href: here.slice(0, -1), label: "The newest" }}
          next={next !== null && { href: `${here}cursor=${next}`, label: "Older messages" }}
        />
      </>,
    );
  },
};

const again: Page = {
  method: "post",
  path: `${path}/{notice}/again`,
  access: "notice.change",
  async answer({ ctx, caller, links, params }) {
    const { notice } = parsePathParameters(noticeParams, params);
    await sendNoticeAgain(ctx, caller, notice);
    return redirectTo(links.to(path));
  },
};

export const noticePages: Page[] = [list, again];

const titles: Record<NoticeKind, string> = {
  signup: "Sign-up, to Slack",
  welcome: "Welcome, by mail",
  rejected: "Rejection, by mail",
  done: "Request has ended, by mail",
  answer: "Answer to a button, to Slack",
};

type Shown = Pick<PageCall, "ctx" | "links">;

function Notices({ ctx, items, links }: Shown & { items: readonly NoticeRow[] }) {
  return (
    <Table
      class="notices"
      columns={[
        { title: "Message" },
        { title: "About", class: "wide" },
        { title: "State" },
        { title: "Since", class: "wide" },
        { title: "What happened" },
      ]}
      rows={items.map((notice) => [
        titles[notice.kind],
        <About notice={notice} links={links} />,
        <State word={notice.state} />,
        <Time at={notice.createdAt.toISOString()} />,
        <History ctx={ctx} notice={notice} links={links} />,
      ])}
    />
  );
}

function About({ notice: { user, request }, links }: { notice: NoticeRow; links: Links }) {
  return (
    <>
      {user ? <Text most={80}>{user.name ?? user.id}</Text> : "–"}
      {request ? (
        <>
          {", "}
          <a href={links.request(request)}>a request</a>
        </>
      ) : null}
    </>
  );
}

function History({ ctx, notice, links }: Shown & { notice: NoticeRow }) {
  const { id, kind, state, tries, problem, nextAt, mayBeSentAgain } = notice;
  return (
    <>
      {problem ? <Text most={300}>{problem}</Text> : null}{" "}
      <small>
        {tries === 0 ? "not tried yet" : `tried ${counted(tries, "time")}`}
        {state === "waiting" && tries > 0 ? (
          <>
            , next <Time at={nextAt.toISOString()} />
          </>
        ) : null}
      </small>
      {mayBeSentAgain ? (
        <PostForm ctx={ctx} action={links.to(`${path}/${id}/again`)}>
          <button type="submit" aria-label={`Send again: ${titles[kind]}`}>
            Send again
          </button>
        </PostForm>
      ) : null}
    </>
  );
}
