import { venv } from "./venv.ts";

/** An S3 server of others and two clients of others. */
export const s3Python = () => venv("s3", ["moto[server]==5.2.5", "boto3==1.44.8", "minio==7.2.20"]);
