import { clientSettings } from "../auth/tokens/client-settings.ts";
import type { Deps } from "../deps.ts";
import type { ForExamples } from "../http/route.ts";
import { submitExample } from "../http/schemas/submit.ts";
import type { Links } from "./links.ts";
import { Copy, Text } from "./parts.tsx";

/** Ready to be copied: the address is the one that callers are to use. */
export function HowToSubmit({
  ctx: { config, operations, urls },
  links,
}: {
  ctx: Deps<"config" | "operations" | "urls">;
  links: Links;
}) {
  const url = urls.public();
  const transforms = operations.has("transform");
  return (
    <section aria-labelledby="submit">
      <h2 id="submit">Submit a request</h2>
      <p>
        Files are read below{" "}
        {config.inputFolders.roots.map((root, index) => (
          <>
            {index > 0 ? ", " : ""}
            <code>
              <Text>{root}</Text>
            </code>
          </>
        ))}
        {config.inputHosts.length > 0 ? <> and from {config.inputHosts.join(", ")}</> : null}.
      </p>
      {transforms ? (
        <>
          <h3>On the command line</h3>
          <p>In the folder of your data; the query runs over each file as the table “input”.</p>
          <Copy id="by-command" label="the command" text={command(url)} />
          <p>
            If your shell does not find <code>longshore</code>: <code>npm install -g .</code> in a
            clone of the source installs it.
          </p>
          <h3>By HTTP</h3>
          <Copy
            id="by-http"
            label="the call"
            text={call(url, {
              inputFolder: config.inputFolders.roots[0] ?? "/data",
              operations: [...operations.values()],
            })}
          />
        </>
      ) : (
        <p>
          The <a href={links.to("/docs")}>API</a> lists the operations that this service offers.
        </p>
      )}
      <h3 id="servicex">From ServiceX’s Python client</h3>
      {config.identity ? (
        <p>
          Its <code>servicex.yaml</code> has a token of yours:{" "}
          <a href={links.to("/tokens")}>make one</a>, and download the file with it.
        </p>
      ) : (
        <>
          <p>
            As <code>servicex.yaml</code> in your home folder, or in that of your script (
            <a href={links.to("/.servicex")}>download</a>):
          </p>
          <Copy id="servicex-yaml" label="servicex.yaml" text={clientSettings(url)} />
        </>
      )}
    </section>
  );
}

function command(url: string): string {
  return (
    `longshore submit --url ${url} --files '*.parquet' \\\n` +
    `  --sql 'select * from input limit 5' --wait --download out/`
  );
}

function call(url: string, service: ForExamples): string {
  const json = JSON.stringify(submitExample(service), undefined, 2).replaceAll("'", "'\\''");
  return `curl ${url}/v1/requests -H 'content-type: application/json' -d '${json}'`;
}
