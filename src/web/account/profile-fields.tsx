import type { OwnProfile } from "../../users/profile.ts";
import { Field, type Typed } from "../fields.tsx";

export function ProfileFields({
  account,
  typed,
  sendsMail,
}: {
  account: OwnProfile;
  typed: Typed | undefined;
  sendsMail: boolean;
}) {
  const { name, institution, experiment, email, mailWhenDone, mayTypeEmail } = account;
  const known: Typed = typed ?? {
    name,
    institution,
    experiment,
    email,
    mail_when_done: mailWhenDone ? "yes" : undefined,
  };
  return (
    <>
      <Field id="name" label="Name" value={known.name} autocomplete="name" most={120} required />
      <Field
        id="institution"
        label="Institution"
        value={known.institution}
        autocomplete="organization"
        most={200}
        required
      />
      <Field id="experiment" label="Experiment, if any" value={known.experiment} most={100} />
      {mayTypeEmail ? (
        <Field
          id="email"
          label="Email"
          type="email"
          value={known.email}
          autocomplete="email"
          most={254}
        />
      ) : null}
      {sendsMail ? (
        <p>
          <label>
            <input
              type="checkbox"
              name="mail_when_done"
              value="yes"
              checked={known.mail_when_done !== undefined}
            />{" "}
            Send me mail when a request of mine has ended
          </label>
        </p>
      ) : (
        mailWhenDone && <input type="hidden" name="mail_when_done" value="yes" />
      )}
    </>
  );
}
