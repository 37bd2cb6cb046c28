// What forms are made of.
import type { RequestError } from "../errors.ts";

/** The fields of the form as they were sent. */
export type Typed = Readonly<Record<string, string | undefined>>;

interface FieldOf {
  id: string;
  label: string;
  value: string | undefined;
  most: number;
  type?: string;
  autocomplete?: string;
  required?: boolean;
}

export function Field({ id, label, value = "", most, type = "text", ...more }: FieldOf) {
  return (
    <p>
      <label for={id}>{label}</label>
      <input id={id} name={id} type={type} value={value} maxlength={most} {...more} />
    </p>
  );
}

interface NumberFieldOf {
  id: string;
  label: string;
  value: string | undefined;
  most: number | undefined;
  note: string;
}

export function NumberField({ id, label, value = "", most, note }: NumberFieldOf) {
  return (
    <p>
      <label for={id}>{label}</label>
      <input
        id={id}
        name={id}
        type="number"
        min="1"
        max={most}
        step="1"
        value={value}
        aria-describedby={`${id}-note`}
      />{" "}
      <small id={`${id}-note`}>{note}</small>
    </p>
  );
}

/** Why what was typed is not accepted. */
export function Problem({ problem }: { problem: Pick<RequestError, "message"> | undefined }) {
  if (!problem) return null;
  return (
    <p class="notice" role="alert">
      {problem.message}
    </p>
  );
}
