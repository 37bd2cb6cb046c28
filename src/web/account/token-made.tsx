import { clientSettings } from "../../auth/tokens/client-settings.ts";
import type { MadeToken } from "../../auth/tokens/tokens.ts";
import type { Reply } from "../../http/route.ts";
import { pageReply } from "../layout.tsx";
import type { Links } from "../links.ts";
import { Copy, Text } from "../parts.tsx";
import type { PageContext } from "../visitor.ts";

/** The one page that has the token. The download is in the page: no other call gives it. */
export function showMade(ctx: PageContext, links: Links, { token, secret }: MadeToken): Reply {
  const settings = clientSettings(ctx.urls.public(), secret);
  return pageReply(
    ctx,
    { title: "The new API token" },
    <>
      <h1>
        The new API token <Text most={100}>{token.name}</Text>
      </h1>
      <p class="notice">
        This is a secret, and it is shown now and never again: whoever has it can do in your name
        what it allows. Keep it where only you can read it.
      </p>
      <Copy id="api-token" label="the token" text={secret} />
      <section aria-labelledby="servicex">
        <h2 id="servicex">For ServiceX’s Python client</h2>
        <p>
          As <code>servicex.yaml</code> in your home folder, or in that of your script (
          <a
            href={`data:application/octet-stream,${encodeURIComponent(settings)}`}
            download="servicex.yaml"
          >
            download servicex.yaml
          </a>
          ):
        </p>
        <Copy id="servicex-yaml" label="servicex.yaml" text={settings} />
      </section>
      <section aria-labelledby="command">
        <h2 id="command">For the command line</h2>
        <p>
          In the environment, as <code>LONGSHORE_TOKEN</code>.
        </p>
      </section>
      <p>
        <a href={links.to("/tokens")}>I have kept it: back to my tokens</a>
      </p>
    </>,
  );
}
