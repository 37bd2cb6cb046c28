"""Delivers with the ServiceX client 3: takes a case as JSON on standard input, writes what came to the file named as the argument."""

import json
import sys

from servicex import dataset, deliver
from servicex.query_core import GenericQueryStringGenerator

case = json.load(sys.stdin)


def data(sample):
    if "files" in sample:
        return dataset.FileList(sample["files"])
    scheme, name = sample["did"].split("://", 1)
    return dataset.GenericDataSet(scheme, name)


def outcome(delivered):
    try:
        return list(delivered)
    except Exception as error:
        return {"error": f"{error} {error.__cause__} {getattr(delivered, '_data', '')!r}"}


delivered = deliver(
    {
        "General": {"ServiceX": "longshore", "OutputFormat": "parquet", "Delivery": case["delivery"]},
        "Sample": [
            {
                "Name": sample["name"],
                "Dataset": data(sample),
                "Query": GenericQueryStringGenerator(sample["query"], "sql"),
                "NFiles": sample.get("most"),
            }
            for sample in case["samples"]
        ],
    },
    config_path="servicex.yaml",
)
with open(sys.argv[1], "w") as file:
    json.dump({name: outcome(each) for name, each in delivered.items()}, file)
