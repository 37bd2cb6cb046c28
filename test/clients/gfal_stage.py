"""What FTS does with gfal2's library: stage many files at once, poll, cancel some, release.

Reads one JSON object from standard input, and prints one.
"""
import errno
import json
import sys
import time

import gfal2

asked = json.load(sys.stdin)
urls, canceled = asked["urls"], asked["canceled"]
gfal2.set_verbose(gfal2.verbose_level.normal)
context = gfal2.creat_context()


def said(errors):
    return ["done" if one is None else [one.code, one.message] for one in errors]


began, token = context.bring_online(urls, [""] * len(urls), 3600, 600, True)
answer = {"began": said(began)}
answer["first"] = said(context.bring_online_poll(urls, token))
if canceled:
    answer["abort"] = said(context.abort_bring_online(canceled, token))
# With many files the library leaves it to its callers to ask again.
deadline = time.monotonic() + 120
while True:
    polled = said(context.bring_online_poll(urls, token))
    if not any(one != "done" and one[0] == errno.EAGAIN for one in polled):
        break
    if time.monotonic() > deadline:
        sys.exit(f"files have not come within two minutes: {polled}")
    time.sleep(0.3)
answer["polled"] = polled
answer["release"] = said(context.release(urls, token))
print(json.dumps(answer))
