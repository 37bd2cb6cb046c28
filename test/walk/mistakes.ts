/** What a new user gets wrong. */
export interface Mistake {
  typed: string;
  /** what is said to it, in this order; `…` is anything */
  says: string;
  /** with which exit code it ends */
  code: number;
}

const weather = "npx longshore submit --files 'doc/examples/*.parquet'";
const all = "--sql 'select * from input'";
const unknown = "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11";

const wrongWords: Mistake[] = [
  { typed: "longshore list", says: "longshore: command not found", code: 127 },
  { typed: "npx longshore", says: "Usage: longshore", code: 2 },
  { typed: "npx longshore sbmit", says: "unknown command 'sbmit'\nDid you mean submit?", code: 2 },
  {
    typed: `${weather} ${all} --titel x`,
    says: "unknown option '--titel'\nDid you mean --title?",
    code: 2,
  },
  { typed: "npx longshore submit --sql", says: "argument missing", code: 2 },
  { typed: "npx longshore show", says: "missing required argument 'request'", code: 2 },
  {
    typed: `${weather} ${all} --format excel`,
    says: "Allowed choices are parquet, csv, json",
    code: 2,
  },
  { typed: `${weather} ${all} --deadline soon`, says: "'--deadline <", code: 2 },
  { typed: weather, says: "--sql, --operation", code: 2 },
  { typed: `npx longshore submit ${all}`, says: "--files or --did", code: 2 },
  { typed: `${weather} --did dir:///data ${all}`, says: "either --files or --did", code: 2 },
  { typed: `${weather} --sql select * from input`, says: "query has no quotes", code: 2 },
  {
    typed: "npx longshore list --state finished",
    says: "Allowed choices are submitted, lookup, running",
    code: 2,
  },
];

const wrongFiles: Mistake[] = [
  { typed: `npx longshore submit --files weather.csv ${all}`, says: "There is no file", code: 2 },
  {
    typed: `npx longshore submit --files 'no/*.csv' ${all}`,
    says: "No file matches no/*.csv",
    code: 2,
  },
  { typed: `npx longshore submit --files doc ${all}`, says: "is a folder", code: 2 },
  {
    typed: `echo x > ~/a.csv; npx longshore submit --files ~/a.csv ${all}`,
    says: "a.csv is not below a folder that may be read (INPUT_ROOTS)",
    code: 2,
  },
  {
    typed: `npx longshore submit --files '~/*.csv' ${all}`,
    says: "No file matches ~/*.csv",
    code: 2,
  },
  {
    typed: `npx longshore submit --did dir://doc/examples ${all}`,
    says: "A folder is given by its absolute path",
    code: 2,
  },
  {
    typed: `npx longshore submit --did rucio://scope:name ${all}`,
    says: "DID scheme is not supported: rucio. Known schemes: dir",
    code: 2,
  },
  {
    typed: `npx longshore submit --files root://host//f.root ${all}`,
    says: "root://host//f.root cannot be an input: inputs are absolute paths",
    code: 2,
  },
  {
    typed: `npx longshore submit --files https://example.org/a.csv ${all}`,
    says: 'The host "example.org" is not in INPUT_HOSTS',
    code: 2,
  },
  {
    typed: `echo x > no.csv; chmod 0 no.csv; npx longshore submit --files no.csv ${all} --wait`,
    says: "no.csv",
    code: 1,
  },
  {
    typed: `printf 'root\\0\\0' > f.root; npx longshore submit --files f.root ${all} --wait`,
    says: "ROOT",
    code: 1,
  },
  { typed: `${weather} ${all} --download /dev/null`, says: "/dev/null", code: 2 },
];

const wrongQueries: Mistake[] = [
  {
    typed: `${weather} --sql 'slect * from input'`,
    says: 'syntax error at or near "slect"',
    code: 2,
  },
  {
    typed: `${weather} --sql 'select tmp_max from input'`,
    says: 'Referenced column "tmp_max" not found\nCandidate bindings: "temp_max"',
    code: 2,
  },
  {
    typed: `${weather} --sql 'select * from data'`,
    says: "Table with name data does not exist\ninput",
    code: 2,
  },
  {
    typed: `${weather} --sql "(Select (call EventDataset) (lambda (list e) e))"`,
    says: "func_adl",
    code: 2,
  },
  { typed: `${weather} --sql 'drop table input'`, says: "SELECT", code: 2 },
  { typed: `${weather} --operation trasnform`, says: "trasnform", code: 2 },
];

const wrongIds: Mistake[] = [
  { typed: "npx longshore show 64163d3f", says: "64163d3f", code: 2 },
  { typed: `npx longshore show ${unknown}`, says: unknown, code: 2 },
  { typed: `npx longshore download ${unknown}`, says: unknown, code: 2 },
  { typed: `npx longshore receipt ${unknown}`, says: unknown, code: 2 },
];

const wrongService: Mistake[] = [
  {
    typed: "npx longshore list --url http://127.0.0.1:1",
    says: "No Longshore service answers at http://127.0.0.1:1\nlongshore start",
    code: 4,
  },
  { typed: "npx longshore list --url 127.0.0.1:5000", says: "http://", code: 2 },
  { typed: "npx longshore start", says: "is in use by another service", code: 1 },
  { typed: "DATA_DIR=~/other npx longshore start", says: "is taken\nPORT", code: 1 },
  { typed: "PORT=web npx longshore start", says: "PORT\nweb", code: 2 },
  { typed: "RUNNER=docker npx longshore start", says: "RUNNER\ndocker\nlocal", code: 2 },
  { typed: "HOST=0.0.0.0 npx longshore start", says: "ALLOW_ANYONE", code: 2 },
  { typed: "INPUT_ROOTS=/nowhere npx longshore start", says: "INPUT_ROOTS\n/nowhere", code: 2 },
  { typed: "STORE_URL=results npx longshore start", says: "STORE_URL\nresults\nfile:///", code: 2 },
  { typed: "DATABASE_URL=localhost npx longshore start", says: "DATABASE_URL\npostgres", code: 2 },
  {
    typed: "DATA_DIR=~/other DATABASE_URL=postgres://127.0.0.1:1/x npx longshore start",
    says: "127.0.0.1:1",
    code: 1,
  },
  { typed: "DATA_DIR=/usr/none npx longshore start", says: "/usr/none", code: 2 },
];

export const mistakes: Mistake[] = [
  ...wrongWords,
  ...wrongFiles,
  ...wrongQueries,
  ...wrongIds,
  ...wrongService,
];
