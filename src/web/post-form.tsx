import type { Child } from "hono/jsx";
import type { Visitor } from "./visitor.ts";

/**
 * The one way of a page to change something: a form that says for whose session the page was made,
 * which web/page.ts checks.
 */
export function PostForm({
  ctx: { visitor },
  action,
  children,
  ...attributes
}: {
  ctx: { visitor?: Visitor | undefined };
  action: string;
  class?: string;
  children?: Child;
}) {
  return (
    <form method="post" action={action} {...attributes}>
      {visitor?.kind === "person" ? <input type="hidden" name="csrf" value={visitor.csrf} /> : null}
      {children}
    </form>
  );
}
