"""Gets data with the ServiceX client 2: takes a case as JSON on standard input, writes what came to the file named as the argument."""

import asyncio
import json
import logging
import sys
from io import StringIO

from servicex import ServiceXDataset

case = json.load(sys.stdin)
log = StringIO()
logging.basicConfig(stream=log, level=logging.WARNING)


async def outcome(sample):
    asked = ServiceXDataset(sample.get("files") or sample["did"], backend_name="longshore", status_callback_factory=None)
    try:
        if case["delivery"] == "URLs":
            return [each.url for each in await asked.get_data_parquet_uri_async(sample["query"], title=sample["name"], as_signed_url=True)]
        return [str(path) for path in await asked.get_data_parquet_async(sample["query"], title=sample["name"])]
    except Exception as error:
        return {"error": f"{error} {error.__cause__} {log.getvalue()}"}


async def all_of_them():
    return await asyncio.gather(*[outcome(sample) for sample in case["samples"]])


outcomes = asyncio.run(all_of_them())
with open(sys.argv[1], "w") as file:
    json.dump({sample["name"]: each for sample, each in zip(case["samples"], outcomes)}, file)
