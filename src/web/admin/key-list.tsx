import type { KeyRow } from "../../auth/keys/keys.ts";
import type { Links } from "../links.ts";
import type { PageCall } from "../page.ts";
import { Table, Text, Time } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import { number } from "../words.ts";
import { uses } from "./key-fields.tsx";

/** Each with what revokes it. */
export function Keys({
  keys,
  call: { ctx, links },
}: {
  keys: readonly KeyRow[];
  call: Pick<PageCall, "ctx" | "links">;
}) {
  return (
    <Table
      columns={[
        { title: "Name" },
        { title: "For" },
        { title: "Limits", class: "wide" },
        { title: "Good until", class: "wide" },
        { title: "Last used", class: "wide" },
        { title: "Revoke" },
      ]}
      rows={keys.map((key) => [
        <Text most={100}>{key.name}</Text>,
        <For row={key} links={links} />,
        <Limits row={key} />,
        key.expiresAt ? <Time at={key.expiresAt.toISOString()} /> : "it is revoked",
        key.lastUsedAt ? <Time at={key.lastUsedAt.toISOString()} /> : "never",
        <PostForm ctx={ctx} action={links.to(`/admin/keys/${key.id}/revoke`)}>
          <button type="submit" class="danger" aria-label={`Revoke ${key.name}`}>
            Revoke
          </button>
        </PostForm>,
      ])}
    />
  );
}

function For({ row: { kind, facade, owner }, links }: { row: KeyRow; links: Links }) {
  const use = uses.find((one) => one.kind === kind && one.facade === facade);
  const word = use?.inList ?? facade ?? kind;
  if (owner === undefined) return <>{word}</>;
  return (
    <>
      {word}, as{" "}
      <a href={links.to(`/admin/users/${encodeURIComponent(owner)}`)}>
        <Text most={60}>{owner}</Text>
      </a>
    </>
  );
}

function Limits({ row: { roots, mostFiles } }: { row: KeyRow }) {
  if (roots.length === 0 && mostFiles === undefined) return <>–</>;
  return (
    <>
      {mostFiles === undefined ? "any number of" : number(mostFiles)} files at once
      {roots.length === 0 ? null : (
        <>
          , below <Text most={200}>{roots.join(", ")}</Text>
        </>
      )}
    </>
  );
}
