# What ServiceX's sidecar does on the broker and towards the service, by real Celery: the flags of
# its queue, one file at a time, acknowledged late. What happens to a file is in its name.
import hashlib
import io
import os
import pathlib
import time

import kombu
import requests
from celery import Celery, shared_task
from minio import Minio

run = os.environ["RUN"]
name = os.environ["NAME"]
marks = pathlib.Path(os.environ["MARKS"])


def short(path):
    return os.path.basename(path.split("?")[0])


def first_time(what, path):
    mark = marks / f"{what}-{short(path)}"
    if mark.exists():
        return False
    mark.touch()
    return True


def safe_name(path):
    # It turns a ROOT file into Parquet itself.
    if os.environ.get("CONVERTS"):
        return pathlib.Path(path.replace("/", ":")).with_suffix(".parquet").name
    name = path.replace("/", ":") + ".parquet"
    if len(name) <= 255:
        return name
    digest = hashlib.sha1(name.encode("utf-8")).hexdigest()
    return "_" + digest + name[len(digest) + 1 - 255 :]


def upload(path):
    store = Minio(
        os.environ["MINIO_URL"],
        access_key=os.environ["MINIO_ACCESS_KEY"],
        secret_key=os.environ["MINIO_SECRET_KEY"],
        secure=os.environ["MINIO_ENCRYPT"].lower() == "true",
    )
    content = f"made of {path}".encode()
    store.put_object(run, safe_name(path), io.BytesIO(content), len(content))


@shared_task(name="transformer_sidecar.transform_file", acks_late=True)
def transform_file(request_id, file_id, paths, service_endpoint, result_destination, result_format):
    path = paths[0]
    (marks / f"taken-{short(path)}-{name}").touch()
    # Its science container has died: it takes whatever is there, and reports nothing.
    if (marks / f"broken-{name}").exists():
        return
    if "held" in path:
        while not (marks / "go").exists():
            time.sleep(0.05)
    if "dropped" in path and first_time("dropped", path):
        return
    status = "failure" if "bad" in path and not (marks / "mended").exists() else "success"
    if status == "success" and not ("lostupload" in path and first_time("lostupload", path)):
        upload(path)
    requests.put(
        service_endpoint + "/file-complete",
        json={
            "requestId": request_id,
            "file-path": path,
            "file-id": file_id,
            "status": status,
            "total-time": 0.1,
            "total-events": 10,
            "total-bytes": 0,
            "avg-rate": 100.0,
            "place": {"host_name": name, "site": "here", "pod": name},
        },
        timeout=(0.5, None),
    )


app = Celery("transformer_sidecar", broker=os.environ["BROKER"])
app.conf.task_queues = [kombu.Queue(name=f"transformer-{run}", durable=False, auto_delete=True)]
app.conf.task_create_missing_queues = False
app.conf.worker_prefetch_multiplier = 1
app.conf.broker_connection_retry_on_startup = True
app.worker_main(
    argv=[
        "worker",
        "--concurrency=1",
        "--without-mingle",
        "--without-gossip",
        "--without-heartbeat",
        "--loglevel=info",
        "-Q",
        f"transformer-{run}",
        # Host names of their own, as pods have them.
        "-n",
        f"transformer-{run}@{name}",
    ]
)
