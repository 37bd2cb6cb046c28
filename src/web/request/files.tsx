import type { Child } from "hono/jsx";
import { z } from "zod";
import { parseParameters } from "../../http/parse.ts";
import { cursor, wholeNumber } from "../../http/schemas/params.ts";
import { listFiles } from "../../requests/read/files.ts";
import { fileStates } from "../../requests/state.ts";
import type { FileView, RequestView } from "../../requests/views.ts";
import type { Links } from "../links.ts";
import type { PageCall } from "../page.ts";
import { Pager, Path, State, Table, Text } from "../parts.tsx";
import { number } from "../words.ts";

const perPage = 50;
/** Each link to a further page repeats it, where a character may take nine bytes. */
const longestPrefix = 1000;
const columns = [
  { title: "File" },
  { title: "State" },
  { title: "Step", class: "number wide" },
  { title: "Attempt", class: "number wide" },
];

const filters = z.object({
  state: z.enum(fileStates).optional(),
  step: wholeNumber(1000).optional(),
  error: z.string().max(100).optional(),
  prefix: z.string().max(longestPrefix).optional(),
  cursor,
});
type Filters = z.output<typeof filters>;

export async function Files({ call, view }: { call: PageCall; view: RequestView }) {
  const { ctx, caller, links, query } = call;
  const chosen = parseParameters(filters, query);
  const page = await listFiles(ctx, view.id, caller, { ...chosen, limit: perPage });
  return (
    <section id="files" aria-labelledby="files-title">
      <h2 id="files-title">Files</h2>
      <Filter view={view} chosen={chosen} links={links} />
      {page.items.length === 0 ? (
        <p>No file {isFiltered(chosen) ? "is like that" : "is known yet"}.</p>
      ) : (
        <Table
          class="files"
          columns={columns}
          rows={page.items.map((file) => cellsOf(view, file, links))}
        />
      )}
      <Pager
        first={
          chosen.cursor !== undefined && {
            href: address(view, links, { ...chosen, cursor: undefined }),
            label: "First page",
          }
        }
        next={
          page.next !== null && {
            href: address(view, links, { ...chosen, cursor: page.next }),
            label: "Next page of files",
          }
        }
      />
    </section>
  );
}

function cellsOf(view: RequestView, file: FileView, links: Links): Child[] {
  const about = file.error
    ? `${file.error.class}: ${file.error.message}`
    : file.given_back?.sentence;
  return [
    <>
      <a href={links.request(view.id, `/files/${file.file}`)}>
        <Path paths={file.paths} />
      </a>
      {about ? (
        <div class="reason">
          <Text>{about}</Text>
        </div>
      ) : null}
    </>,
    <State word={file.state} />,
    file.step,
    file.attempt,
  ];
}

function Filter({ view, chosen, links }: { view: RequestView; chosen: Filters; links: Links }) {
  return (
    <form method="get" action={`${links.request(view.id)}#files`} class="filter">
      <label>
        State{" "}
        <select name="state">
          <option value="">any</option>
          {fileStates.map((state) => (
            <option value={state} selected={state === chosen.state}>
              {state} ({number(view.counters[state])})
            </option>
          ))}
        </select>
      </label>
      {view.steps.length > 1 ? (
        <label>
          Step{" "}
          <select name="step">
            <option value="">any</option>
            {view.steps.map(({ step, operation }) => (
              <option value={String(step)} selected={step === chosen.step}>
                {step}. {operation}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <label>
        Path begins with{" "}
        <input type="text" name="prefix" value={chosen.prefix ?? ""} maxlength={longestPrefix} />
      </label>
      {chosen.error ? <input type="hidden" name="error" value={chosen.error} /> : null}
      <button type="submit">Show</button>
      {isFiltered(chosen) ? <a href={address(view, links, {})}>All files</a> : null}
      {chosen.error ? <span>Only those with one reason of failure.</span> : null}
    </form>
  );
}

function isFiltered({ state, step, error, prefix }: Filters): boolean {
  return [state, step, error, prefix].some((value) => value !== undefined);
}

function address(view: RequestView, links: Links, chosen: Filters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(chosen))
    if (value !== undefined) query.set(name, String(value));
  return `${links.request(view.id)}${query.size > 0 ? `?${query}` : ""}#files`;
}
