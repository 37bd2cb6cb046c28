"""What boto3 and the MinIO library make of our endpoint. Takes a case as JSON on standard input, prints what it saw as JSON."""

import io
import json
import sys
import tempfile
from datetime import timedelta
from hashlib import sha256
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from minio import Minio
from minio.error import S3Error

case = json.load(sys.stdin)
bucket, name, other = case["bucket"], case["name"], case["other"]


def fetch(url, **headers):
    with urlopen(Request(url, headers=headers)) as answer:
        return sha256(answer.read()).hexdigest()


def code(call):
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    except S3Error as error:
        return error.code
    return "done"


def with_boto3():
    def client(keys, **config):
        session = boto3.Session(aws_access_key_id=keys["accessKey"], aws_secret_access_key=keys["secretKey"])
        return session.client("s3", endpoint_url=case["url"], config=Config(retries={"max_attempts": 1}, **config))

    s3 = client(case["read"])
    writer = client(case["write"])
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 2})
    with tempfile.NamedTemporaryFile() as file:
        s3.download_file(bucket, name, file.name)
        downloaded = sha256(open(file.name, "rb").read()).hexdigest()
    writer.put_object(Bucket=bucket, Key="boto put", Body=b"x" * 100_000)
    writer.put_object(Bucket=bucket, Key="boto stream", Body=io.BytesIO(b"y" * 100_000))
    writer.upload_fileobj(io.BytesIO(b"z" * 20_000_000), bucket, "boto parts")
    written = {o["Key"]: o["Size"] for o in writer.list_objects(Bucket=bucket, Prefix="boto")["Contents"]}
    return {
        "location": s3.get_bucket_location(Bucket=bucket)["LocationConstraint"],
        "listed": [o["Key"] for page in pages for o in page["Contents"]],
        "listed by version 1": [o["Key"] for o in s3.list_objects(Bucket=bucket)["Contents"]],
        "size": s3.head_object(Bucket=bucket, Key=name)["ContentLength"],
        "whole": sha256(s3.get_object(Bucket=bucket, Key=name)["Body"].read()).hexdigest(),
        "downloaded": downloaded,
        "range": sha256(s3.get_object(Bucket=bucket, Key=name, Range="bytes=10-19")["Body"].read()).hexdigest(),
        "presigned, version 2": fetch(s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": name}, ExpiresIn=31536000)),
        "presigned, version 4": fetch(
            client(case["read"], signature_version="s3v4").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": name}, ExpiresIn=31536000)
        ),
        "written": written,
        "missing": code(lambda: s3.get_object(Bucket=bucket, Key="nothing")),
        "another's list": code(lambda: s3.list_objects_v2(Bucket=other)),
        "another's object": code(lambda: s3.get_object(Bucket=other, Key=name)),
        "write with the read key": code(lambda: s3.put_object(Bucket=bucket, Key="x", Body=b"x")),
        "wrong secret": code(lambda: client({**case["read"], "secretKey": "wrong"}).list_objects_v2(Bucket=bucket)),
        "unknown key": code(lambda: client({**case["read"], "accessKey": "AKIAUNKNOWN"}).list_objects_v2(Bucket=bucket)),
    }


def with_minio():
    def client(keys):
        return Minio(case["url"].removeprefix("http://"), keys["accessKey"], keys["secretKey"], secure=False)

    s3 = client(case["read"])
    writer = client(case["write"])
    with tempfile.TemporaryDirectory() as folder:
        s3.fget_object(bucket, name, f"{folder}/x")
        downloaded = sha256(open(f"{folder}/x", "rb").read()).hexdigest()
    writer.put_object(bucket, "minio put", io.BytesIO(b"x" * 100_000), 100_000)
    writer.put_object(bucket, "minio parts", io.BytesIO(b"z" * 20_000_000), -1, part_size=5 * 1024 * 1024)
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"f" * 50_000)
        file.flush()
        writer.fput_object(bucket, "minio file", file.name)
    return {
        "exists": s3.bucket_exists(bucket),
        "buckets": [b.name for b in s3.list_buckets()],
        "listed": [o.object_name for o in s3.list_objects(bucket, recursive=True)],
        "listed by folder": [o.object_name for o in s3.list_objects(bucket)],
        "listed by version 1": [o.object_name for o in s3.list_objects(bucket, recursive=True, use_api_v1=True)],
        "size": s3.stat_object(bucket, name).size,
        "whole": sha256(s3.get_object(bucket, name).read()).hexdigest(),
        "downloaded": downloaded,
        "range": sha256(s3.get_object(bucket, name, offset=10, length=10).read()).hexdigest(),
        "presigned": fetch(s3.presigned_get_object(bucket, name, expires=timedelta(days=7))),
        "written": {o.object_name: o.size for o in writer.list_objects(bucket, prefix="minio")},
        "missing": code(lambda: s3.get_object(bucket, "nothing")),
        "another's list": code(lambda: list(s3.list_objects(other))),
        "another's object": code(lambda: s3.get_object(other, name)),
        "write with the read key": code(lambda: s3.put_object(bucket, "x", io.BytesIO(b"x"), 1)),
        "make": code(lambda: writer.make_bucket(bucket)),
        "wrong secret": code(lambda: list(client({**case["read"], "secretKey": "wrong"}).list_objects(bucket))),
        "unknown key": code(lambda: list(client({**case["read"], "accessKey": "AKIAUNKNOWN"}).list_objects(bucket))),
    }


print(json.dumps({"boto3": with_boto3, "minio": with_minio}[case["library"]]()))
