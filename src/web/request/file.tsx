import { parsePathParameters } from "../../http/parse.ts";
import { fileParams } from "../../http/schemas/params.ts";
import { mostHistory, readFile } from "../../requests/read/files.ts";
import { readRequest } from "../../requests/read/request.ts";
import { pageReply } from "../layout.tsx";
import type { Page } from "../page.ts";
import { Facts, State, Text, Time } from "../parts.tsx";
import { bytes, number, shown, shownPath } from "../words.ts";
import { actionsOf, FileAction } from "./actions.tsx";

const mostPaths = 10;
const mostResults = 20;
const mostEvents = 100;

/** One file and what happened to it, the newest first. */
const page: Page = {
  method: "get",
  path: "/requests/{id}/files/{file}",
  access: "request.read",
  async answer({ ctx, caller, links, params }) {
    const { id, file: key } = parsePathParameters(fileParams, params);
    const [view, file] = await Promise.all([
      readRequest(ctx, id, caller),
      readFile(ctx, id, key, caller),
    ]);
    const history = file.history.toReversed().slice(0, mostEvents);
    return pageReply(
      ctx,
      { title: `File ${key}` },
      <>
        <p>
          <a href={links.request(id)}>The request</a>
        </p>
        <h1>File {key}</h1>
        <ul class="paths">
          {file.paths.slice(0, mostPaths).map((path) => (
            <li>
              <bdi class="path">{shownPath(path, 1000)}</bdi>
            </li>
          ))}
          <More all={file.paths.length} shown={mostPaths} />
        </ul>
        <Facts
          rows={[
            ["State", <State word={file.state} />],
            ["Step", String(file.step)],
            ["Attempt", String(file.attempt)],
            ["Worker", file.worker && <Text>{file.worker}</Text>],
            [
              "Error",
              file.error && (
                <>
                  {file.error.class}: <Text most={4000}>{file.error.message}</Text>
                </>
              ),
            ],
            ["Given back", file.given_back && <Text>{file.given_back.sentence}</Text>],
          ]}
        />
        <FileAction ctx={ctx} view={view} file={file} may={actionsOf(caller, view)} links={links} />
        {file.results.length > 0 ? (
          <section aria-labelledby="results-title">
            <h2 id="results-title">Results</h2>
            <ul>
              {file.results.slice(0, mostResults).map(({ step, name, size }) => (
                <li>
                  step {step}: <bdi class="path">{shownPath(name)}</bdi>, {bytes(size)}
                </li>
              ))}
              <More all={file.results.length} shown={mostResults} />
            </ul>
          </section>
        ) : null}
        <section aria-labelledby="history-title">
          <h2 id="history-title">What happened</h2>
          {history.length === 0 ? <p>Nothing yet.</p> : null}
          <ol class="history" reversed>
            {history.map(({ timestamp, step, attempt, status, pod_name: worker, info }) => (
              <li>
                <Time at={timestamp} /> <strong>{status}</strong>, step {step}, attempt {attempt}
                {worker === null ? null : (
                  <>
                    {" "}
                    by <Text most={100}>{worker}</Text>
                  </>
                )}
                {info ? <pre>{shown(info, 500)}</pre> : null}
              </li>
            ))}
          </ol>
          {file.history.length > mostEvents ? (
            <p>
              Only the newest {mostEvents} events are shown.{" "}
              <a href={links.to(`/v1/requests/${id}/files/${key}`)}>
                Up to {number(mostHistory)} as JSON
              </a>
            </p>
          ) : null}
        </section>
      </>,
    );
  },
};

function More({ all, shown: most }: { all: number; shown: number }) {
  return all > most ? <li>and {all - most} more</li> : null;
}

export const filePages: Page[] = [page];
