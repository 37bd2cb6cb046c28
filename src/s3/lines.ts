// Lines for S3 clients, ready to run. Keys have letters, digits, `-` and `_` alone and an address
// has no quote, so neither needs escapes in any of the languages.

export const tools = ["aws", "boto3", "rclone", "duckdb", "pandas"] as const;
export const tableFormats = ["parquet", "csv", "json"] as const;
export type TableFormat = (typeof tableFormats)[number];

export interface Lines {
  tool: (typeof tools)[number];
  language: "shell" | "python" | "sql";
  text: string;
}

export interface Keys {
  endpoint: string;
  region: string;
  bucket: string;
  access_key: string;
  secret_key: string;
}

/** Secrets go in the environment, not in arguments, which other users of the machine can read. */
export function linesFor(keys: Keys, format: TableFormat): Lines[] {
  return [
    { tool: "aws", language: "shell", text: aws(keys) },
    { tool: "boto3", language: "python", text: boto3(keys) },
    { tool: "rclone", language: "shell", text: rclone(keys) },
    { tool: "duckdb", language: "sql", text: duckdb(keys, format) },
    { tool: "pandas", language: "python", text: pandas(keys, format) },
  ];
}

function aws({ endpoint, region, bucket, access_key: key, secret_key: secret }: Keys): string {
  return [
    `export AWS_ACCESS_KEY_ID='${key}' AWS_SECRET_ACCESS_KEY='${secret}' AWS_REGION='${region}'`,
    `aws --endpoint-url '${endpoint}' s3 sync 's3://${bucket}' 'results-${bucket.slice(0, 8)}'`,
  ].join("\n");
}

function boto3({ endpoint, region, bucket, access_key: key, secret_key: secret }: Keys): string {
  return [
    "import boto3",
    `s3 = boto3.client("s3", endpoint_url="${endpoint}", region_name="${region}",`,
    `    aws_access_key_id="${key}", aws_secret_access_key="${secret}")`,
    `for page in s3.get_paginator("list_objects_v2").paginate(Bucket="${bucket}"):`,
    '    for result in page.get("Contents", []):',
    '        print(result["Key"], result["Size"])',
  ].join("\n");
}

function rclone({ endpoint, region, bucket, access_key: key, secret_key: secret }: Keys): string {
  return [
    "export RCLONE_CONFIG_LONGSHORE_TYPE=s3 RCLONE_CONFIG_LONGSHORE_PROVIDER=Other",
    `export RCLONE_CONFIG_LONGSHORE_ENDPOINT='${endpoint}'`,
    `export RCLONE_CONFIG_LONGSHORE_REGION='${region}'`,
    `export RCLONE_CONFIG_LONGSHORE_ACCESS_KEY_ID='${key}'`,
    `export RCLONE_CONFIG_LONGSHORE_SECRET_ACCESS_KEY='${secret}'`,
    `rclone copy 'longshore:${bucket}' 'results-${bucket.slice(0, 8)}'`,
  ].join("\n");
}

function duckdb(keys: Keys, format: TableFormat): string {
  const { endpoint, region, bucket, access_key: key, secret_key: secret } = keys;
  const { host, protocol } = new URL(endpoint);
  return [
    `CREATE OR REPLACE SECRET longshore (TYPE s3, KEY_ID '${key}', SECRET '${secret}',`,
    `  ENDPOINT '${host}', REGION '${region}', URL_STYLE 'path', USE_SSL ${protocol === "https:"},`,
    `  SCOPE 's3://${bucket}');`,
    `SELECT * FROM read_${format}('s3://${bucket}/*.${format}');`,
  ].join("\n");
}

function pandas(keys: Keys, format: TableFormat): string {
  const { endpoint, region, bucket, access_key: key, secret_key: secret } = keys;
  return [
    "import pandas",
    "from pyarrow import fs",
    `s3 = fs.S3FileSystem(access_key="${key}", secret_key="${secret}",`,
    `    endpoint_override="${endpoint}", region="${region}")`,
    `results = s3.get_file_info(fs.FileSelector("${bucket}"))`,
    `tables = [pandas.read_${format}(s3.open_input_file(result.path)${linesOf(format)})`,
    `    for result in results if result.path.endswith(".${format}")]`,
    "table = pandas.concat(tables)",
  ].join("\n");
}

/** JSON results have one object in each line. */
function linesOf(format: TableFormat): string {
  return format === "json" ? ", lines=True" : "";
}
