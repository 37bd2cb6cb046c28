#!/usr/bin/env python3
"""The staging program of Globus Connect Server for the façade `tape`: one file, one call.

Globus runs it for each file, again and again, with GLOBUS_STAGE_PATH and GLOBUS_STAGE_TASKID. It
prints `resident` or `archived` and ends with 0; with 2 if there is no such file; with 255 on any
other error, with the reason on standard error. Python 3.6 or later, and nothing else.

AUTH_KEY    the key, as an administrator made it (required)
LTFSEE_URL  the service; default http://localhost:5000
TIMEOUT     seconds until a call is given up; default 10
AUTOFS      a map of autofs; if it is set, the path is that of the server which exports the folder.
            Empty: by /proc/mounts
DEPTH       parts of the path that name the mounted folder, the leading / counted; default 4
DEBUG       1 or true: tell on standard error what is asked and answered
"""

import http.client
import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import PurePosixPath

ENDPOINT = "/api/v0.5/globus_recall/globus_recall"
NO_FILE = 2
FAILED = 255


class Failure(Exception):
    """A sentence for the person who runs Globus."""


def required(name):
    value = os.environ.get(name, "")
    if not value:
        raise Failure("%s is not set." % name)
    return value


def number(name, default, least):
    text = os.environ.get(name) or default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not least <= value <= 1e6:
        raise Failure("%s is %r: a number from %s on is expected." % (name, text, least))
    return value


def debug(message):
    if os.environ.get("DEBUG", "").lower() in ("1", "true", "yes"):
        print(message, file=sys.stderr)


def exported(root, autofs):
    """`host:path` of the folder, as the map of autofs or the mounts have it."""
    source = autofs or "/proc/mounts"
    wanted, key, value = (root.name, 0, 2) if autofs else (str(root), 1, 0)
    try:
        with open(source, encoding="utf-8", errors="surrogateescape") as lines:
            for line in lines:
                fields = line.split()
                if len(fields) > max(key, value) and fields[key] == wanted:
                    return fields[value]
    except OSError as error:
        raise Failure("%s cannot be read: %s." % (source, error.strerror))
    raise Failure("%s has no line for %s." % (source, root))


def at_server(path, autofs):
    parts = PurePosixPath(path).parts
    depth = int(number("DEPTH", "4", 1))
    if len(parts) <= depth:
        raise Failure("%s has no more than DEPTH=%d parts." % (path, depth))
    place = exported(PurePosixPath(*parts[:depth]), autofs)
    folder = place.split(":", 1)[-1]
    return str(PurePosixPath(folder).joinpath(*parts[depth:]))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key is for the service alone, and a redirected POST would be a GET."""

    def redirect_request(self, *_):
        return None


def answer_to(request, timeout):
    opener = urllib.request.build_opener(NoRedirect)
    try:
        with opener.open(request, timeout=timeout) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def ask(path):
    url = os.environ.get("LTFSEE_URL", "").rstrip("/") or "http://localhost:5000"
    timeout = number("TIMEOUT", "10", 0.001)
    task = required("GLOBUS_STAGE_TASKID")
    headers = {"Content-Type": "application/json", "X-API-KEY": required("AUTH_KEY")}
    body = json.dumps({"path": path, "globus_taskid": task}).encode()
    debug("POST %s for %s" % (url + ENDPOINT, path))
    try:
        request = urllib.request.Request(url + ENDPOINT, body, headers, method="POST")
        return answer_to(request, timeout)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Failure("%s cannot be reached: %s" % (url, getattr(error, "reason", error) or error))


def main():
    path = required("GLOBUS_STAGE_PATH")
    if "AUTOFS" in os.environ:
        path = at_server(path, os.environ["AUTOFS"])
    status, body = ask(path)
    debug("%d %s" % (status, body[:500]))
    try:
        answer = json.loads(body.decode())
    except ValueError:
        answer = None
    answer = answer if isinstance(answer, dict) else {}
    state = answer.get("state")
    # What else is at the address may know nothing of this call, and have a 404 for it.
    if status == 404 and answer.get("message") == "No such file":
        print("No such file on archive: %s" % path, file=sys.stderr)
        return NO_FILE
    if status != 201 or state not in ("resident", "archived"):
        message = answer.get("message", "an answer that is not understood")
        raise Failure("%s was answered with %d: %s" % (path, status, message))
    print(state)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(FAILED)
