// Where an object of ours lies: in a bucket named as the request, or where the account has one bucket for us, below a folder of it.
export interface Layout {
  /** the bucket and what precedes each key in it, "" or ending in "/" */
  place(bucket: string): { Bucket: string; prefix: string };
  /** one bucket for all: never made or removed by us */
  shared?: { Bucket: string; prefix: string };
}

export function layoutOf({
  bucket,
  prefix,
}: {
  bucket?: string | undefined;
  prefix?: string | undefined;
}): Layout {
  if (bucket === undefined) return { place: (name) => ({ Bucket: name, prefix: "" }) };
  const root = prefix ? `${prefix.replace(/^\/+|\/+$/g, "")}/` : "";
  return {
    place: (name) => ({ Bucket: bucket, prefix: `${root}${name}/` }),
    shared: { Bucket: bucket, prefix: root },
  };
}
