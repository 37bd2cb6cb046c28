import type { failureGroups } from "../../requests/read/error-groups.ts";
import type { RequestView } from "../../requests/views.ts";
import type { Links } from "../links.ts";
import { Path, Text } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import type { PageContext } from "../visitor.ts";
import { counted, number } from "../words.ts";

type Group = Awaited<ReturnType<typeof failureGroups>>[number];

export const mostGroups = 20;

/** Why files failed, the most frequent reason first, each with an example in full words. */
export function ErrorGroups({
  ctx,
  view,
  groups,
  links,
  mayRedrive,
}: {
  ctx: PageContext;
  view: RequestView;
  groups: Group[];
  links: Links;
  mayRedrive: boolean;
}) {
  return (
    <div id="errors" data-part>
      {groups.length === 0 ? null : (
        <section aria-labelledby="errors-title">
          <h2 id="errors-title">Why files failed</h2>
          <ol class="groups">
            {groups.slice(0, mostGroups).map((group) => (
              <li>
                <ErrorGroup
                  ctx={ctx}
                  view={view}
                  group={group}
                  links={links}
                  mayRedrive={mayRedrive}
                />
              </li>
            ))}
          </ol>
          {groups.length > mostGroups ? (
            <p>
              There are more reasons: <a href={links.to(`/v1/requests/${view.id}/errors`)}>all</a>.
            </p>
          ) : null}
        </section>
      )}
    </div>
  );
}

function ErrorGroup({
  ctx,
  view: { id },
  group: { fingerprint, class: errorClass, message, count, examples },
  links,
  mayRedrive,
}: {
  ctx: PageContext;
  view: RequestView;
  group: Group;
  links: Links;
  mayRedrive: boolean;
}) {
  const [example] = examples;
  const query = new URLSearchParams({ error: fingerprint });
  return (
    <>
      <p>
        <strong>{number(count)} ×</strong> <Text>{errorClass}</Text>:{" "}
        <Text most={800}>{example?.message ?? message}</Text>
      </p>
      {example ? (
        <p>
          For example{" "}
          <a href={links.request(id, `/files/${example.file}`)}>
            <Path paths={example.paths} />
          </a>
        </p>
      ) : null}
      <div class="actions">
        <a href={`${links.request(id)}?${query}#files`}>
          {count === 1 ? "The file" : `The ${counted(count, "file")}`}
        </a>
        {mayRedrive ? (
          <PostForm ctx={ctx} action={links.request(id, "/redrive")}>
            <input type="hidden" name="error" value={fingerprint} />
            <button type="submit">{count === 1 ? "Try it again" : "Try these again"}</button>
          </PostForm>
        ) : null}
      </div>
    </>
  );
}
