// Where objects are stored: in a bucket per request, or in a folder per request of one shared
// bucket.
export interface Layout {
  /** the bucket and what precedes each key in it, "" or ending in "/" */
  place(bucket: string): { Bucket: string; prefix: string };
  /** one bucket for all requests; the service neither creates nor removes it */
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
  const root = prefix ? `${prefix.replace(/^\/+|(?<!\/)\/+$/g, "")}/` : "";
  return {
    place: (name) => ({ Bucket: bucket, prefix: `${root}${name}/` }),
    shared: { Bucket: bucket, prefix: root },
  };
}
