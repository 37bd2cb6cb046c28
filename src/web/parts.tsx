// Small things that several pages show.
import type { Child } from "hono/jsx";
import { shown, shownPath, time } from "./words.ts";

export function Time({ at }: { at: string }) {
  const [date = "", ...rest] = time(at).split(" ");
  return (
    <time datetime={at}>
      <span class="date">{date}</span> {rest.join(" ")}
    </time>
  );
}

export function State({ word }: { word: string }) {
  return <span class={`state ${word}`}>{word}</span>;
}

/** A text that may be in any script and direction. */
export function Text({ children, most }: { children: string; most?: number }) {
  return <bdi>{shown(children, most)}</bdi>;
}

export function Path({ paths }: { paths: readonly string[] }) {
  const [first = "", ...others] = paths;
  return (
    <>
      <bdi class="path">{shownPath(first)}</bdi>
      {others.length > 0 ? <small> and {others.length} more</small> : null}
    </>
  );
}

/** Names and values, those without a value left out. */
export function Facts({ rows }: { rows: [name: string, value: Child | null][] }) {
  return (
    <dl class="facts">
      {rows
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

interface Column {
  title: string;
  /** of each of its cells: `number`, or `wide` for one that narrow screens leave out */
  class?: string;
}

/** The first cell of a row is the row's header. */
export function Table({
  columns,
  rows,
  ...attributes
}: {
  columns: Column[];
  rows: Child[][];
  class?: string;
}) {
  return (
    <table {...attributes}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th scope="col" class={column.class}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([header, ...cells]) => (
          <tr>
            <th scope="row" class={columns[0]?.class}>
              {header}
            </th>
            {cells.map((cell, index) => (
              <td class={columns[index + 1]?.class}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Links to several views of one list, of which one is shown. */
export function Tabs({
  label,
  tabs,
}: {
  label: string;
  tabs: { href: string; word: string; isShown: boolean }[];
}) {
  return (
    <nav aria-label={label}>
      {tabs.map(({ href, word, isShown }) => (
        <a href={href} aria-current={isShown ? "page" : undefined}>
          {word}
        </a>
      ))}
    </nav>
  );
}

interface PageLink {
  href: string;
  label: string;
}

/** Links to the first and the next page of a list, where there are such pages. */
export function Pager({ first, next }: { first: PageLink | false; next: PageLink | false }) {
  return (
    <p>
      {first ? <a href={first.href}>{first.label}</a> : null}{" "}
      {next ? (
        <a href={next.href} rel="next">
          {next.label}
        </a>
      ) : null}
    </p>
  );
}

/** Something to copy: with the script there is a button. */
export function Copy({ id, label, text }: { id: string; label: string; text: string }) {
  return (
    <div class="copy">
      <pre id={id}>{text}</pre>
      <button type="button" data-copy={id} hidden>
        Copy {label}
      </button>
    </div>
  );
}
