"""What schemathesis may not find out by itself: requests that exist, and calls that would wait for long."""

import json
import os
import random
import uuid

import schemathesis

REQUESTS = json.loads(os.environ["FUZZ_REQUESTS"])
FILES = json.loads(os.environ["FUZZ_FILES"])
ENDED = os.environ["FUZZ_ENDED"]
chance = random.Random(int(os.environ["FUZZ_SEED"]))


def is_id(value):
    try:
        return str(uuid.UUID(str(value))) == str(value)
    except ValueError:
        return False


@schemathesis.hook
def before_call(context, case, kwargs):
    parameters = case.path_parameters or {}
    if case.path.endswith("/events"):
        # An open request's events would go on until it ends.
        if is_id(parameters.get("id")):
            parameters["id"] = ENDED
        return
    if is_id(parameters.get("id")) and chance.random() < 0.6:
        parameters["id"] = chance.choice(REQUESTS)
        if str(parameters.get("file", "")).isdigit() and chance.random() < 0.8:
            parameters["file"] = chance.choice(FILES)
    body = case.body
    if isinstance(body, dict) and case.path in ("/v1/work/claim", "/v1/tasks/claim"):
        wait = body.get("wait_seconds")
        if isinstance(wait, (int, float)) and not isinstance(wait, bool) and 0 < wait <= 30:
            body["wait_seconds"] = 0
