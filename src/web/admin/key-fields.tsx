import type { KeyFacade, KeyRow } from "../../auth/keys/keys.ts";
import { Field, NumberField, type Typed } from "../fields.tsx";

interface Use {
  /** what the form sends */
  word: string;
  kind: KeyRow["kind"];
  facade?: KeyFacade;
  inForm: string;
  inList: string;
}

/** What a key may be for. */
export const uses: readonly Use[] = [
  {
    word: "tape",
    kind: "key",
    facade: "tape",
    inForm: "files from tape, for Globus, in a person’s name",
    inList: "files from tape",
  },
  {
    word: "tape-rest",
    kind: "key",
    facade: "tape-rest",
    inForm: "files from tape by the Tape REST API, for FTS and gfal2, in a person’s name",
    inList: "the Tape REST API",
  },
  { word: "api", kind: "key", inForm: "the API, in a person’s name", inList: "the API" },
  { word: "peer", kind: "peer", inForm: "another service, such as a finder", inList: "a service" },
];

export function Fields({ typed }: { typed: Typed }) {
  return (
    <>
      <Field id="name" label="Name" value={typed.name} most={100} required />
      <p>
        <label for="use">What it is for</label>
        <select id="use" name="use">
          {uses.map(({ word, inForm }) => (
            <option value={word} selected={word === typed.use}>
              {inForm}
            </option>
          ))}
        </select>
      </p>
      <Field
        id="person"
        label="In whose name, if in a person’s: the account’s number, email address or id"
        value={typed.person}
        most={254}
      />
      <NumberField
        id="days"
        label="Good for days"
        value={typed.days}
        most={36_500}
        note="Left empty: until it is revoked."
      />
      <p>
        <label for="roots">For files from tape: folders, one a line</label>
        <textarea id="roots" name="roots" rows={3} aria-describedby="all-roots">
          {typed.roots ?? ""}
        </textarea>
        <small id="all-roots">Left empty: all that may be recalled.</small>
      </p>
      <NumberField
        id="most_files"
        label="For files from tape: files at once"
        value={typed.most_files}
        most={100_000_000}
        note="Left empty: any number."
      />
    </>
  );
}
