// What goes on of a person's work, whatever is decided about their account.
import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { listRequests } from "../../requests/read/request.ts";
import { openRequestStates } from "../../requests/state.ts";
import type { RequestSummary } from "../../requests/views.ts";
import { type UserState, userMoves } from "../../users/state.ts";
import { Row } from "../home-requests.tsx";
import type { Links } from "../links.ts";

const mostShown = 20;

export interface OpenRequests {
  items: RequestSummary[];
  /** there are more than are listed */
  more: boolean;
}

/** The newest of all that are open. */
export async function openRequestsOf(
  ctx: Deps<"db">,
  caller: Caller,
  owner: string,
): Promise<OpenRequests> {
  const pages = await Promise.all(
    openRequestStates.map((state) => listRequests(ctx, caller, { owner, state, limit: mostShown })),
  );
  const items = pages
    .flatMap((page) => page.items)
    .sort((one, other) => other.created_at.localeCompare(one.created_at));
  const more = items.length > mostShown || pages.some(({ next }) => next !== null);
  return { items: items.slice(0, mostShown), more };
}

export function OpenRequestList({
  requests: { items, more },
  state,
  links,
}: {
  requests: OpenRequests;
  state: UserState;
  links: Links;
}) {
  if (items.length === 0) return <p>There are none.</p>;
  return (
    <>
      {state === userMoves.approve.to ? null : (
        <p>They go on although the account is {state}, until somebody cancels them.</p>
      )}
      <ul class="requests">
        {items.map((request) => (
          <Row request={request} links={links} owner={undefined} />
        ))}
      </ul>
      {more ? <p>There are more.</p> : null}
    </>
  );
}

/** For whoever is about to delete the account. */
export function openInWords({ items, more }: OpenRequests): string | undefined {
  if (items.length === 0) return undefined;
  if (items.length === 1)
    return "One request has not ended. It goes on unless somebody cancels it.";
  const count = more ? `More than ${items.length}` : String(items.length);
  return `${count} requests have not ended. They go on unless somebody cancels them.`;
}
