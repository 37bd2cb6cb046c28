import type { Context } from "../deps.ts";
import type { Problem } from "../http/problem.ts";
import type { Reply } from "../http/route.ts";
import { pageReply } from "./layout.tsx";
import { linksOf } from "./links.ts";
import { shown } from "./words.ts";

/** Says what the problem document says. */
export function errorPage(ctx: Context, problem: Problem): Reply {
  const { title, status, detail, instance, type } = problem;
  const links = linksOf(ctx);
  const request = /\/requests\/([0-9a-f-]{36})\/./.exec(instance)?.[1];
  return pageReply(
    ctx,
    { title, status },
    <>
      <h1>
        {title} <small>{status}</small>
      </h1>
      <Sentence text={detail} />
      <p>
        {request ? (
          <>
            <a href={links.request(request)}>Back to the request</a> ·{" "}
          </>
        ) : null}
        {/\/(sign-in|auth-callback)$/.test(instance) ? (
          <>
            <a href={links.to("/sign-in")}>Sign in again</a> ·{" "}
          </>
        ) : null}
        {type.includes(":account_") ? (
          <>
            <a href={links.to("/profile")}>Your account</a> ·{" "}
          </>
        ) : null}
        <a href={links.to("/")}>All requests</a>
      </p>
    </>,
  );
}

/** Commands in it are between backticks, as a terminal shows them. */
function Sentence({ text }: { text: string }) {
  const parts = shown(text, 2000).split(/`([^`]+)`/);
  return (
    <p class="sentence">{parts.map((part, at) => (at % 2 === 1 ? <code>{part}</code> : part))}</p>
  );
}
