/**
 * Where the services are whose addresses we know. Tests name stand-ins on loopback; no setting
 * does, so that a setting leads no secret elsewhere.
 */
export interface Connectors {
  /** in place of https://hooks.slack.com */
  slack: string;
  mailgun: { us: string; eu: string };
  /** how long one of them may take for an answer */
  timeoutMilliseconds: number;
}

export const realConnectors: Connectors = {
  slack: "https://hooks.slack.com",
  mailgun: { us: "https://api.mailgun.net", eu: "https://api.eu.mailgun.net" },
  timeoutMilliseconds: 10_000,
};
