import type { KeyRow } from "../../auth/keys/keys.ts";
import type { Reply } from "../../http/route.ts";
import { pageReply } from "../layout.tsx";
import type { Links } from "../links.ts";
import { Copy, Text } from "../parts.tsx";
import type { PageContext } from "../visitor.ts";

/** The one page that has the key. */
export function showMadeKey(
  ctx: PageContext,
  links: Links,
  { key, secret }: { key: KeyRow; secret: string },
): Reply {
  return pageReply(
    ctx,
    { title: "The new key" },
    <>
      <h1>
        The new key <Text most={100}>{key.name}</Text>
      </h1>
      <p class="notice">
        This is a secret, and it is shown now and never again: whoever has it can do what it allows
        {key.owner === undefined ? "" : ", in its person’s name"}.
      </p>
      <Copy id="key" label="the key" text={secret} />
      {key.facade === "tape" ? (
        <p>
          It goes into the header <code>X-API-KEY</code> of each call, as <code>AUTH_KEY</code> of
          Globus’s staging program says.
        </p>
      ) : (
        <p>It is sent as a bearer token.</p>
      )}
      <p>
        <a href={links.to("/admin/keys")}>I have kept it: back to the keys</a>
      </p>
    </>,
  );
}
