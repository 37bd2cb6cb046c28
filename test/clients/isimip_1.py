"""Calls of isimip-client 1.0.1, which polls by sending the same POST again."""

import json
import sys

from isimip_client.client import ISIMIPClient

url, folder = sys.argv[1:3]
client = ISIMIPClient(files_api_url=url)
returned = []
out = sys.stdout
sys.stdout = sys.stderr
for method, arguments in json.load(sys.stdin):
    result = getattr(client, method)(**arguments)
    returned.append(result)
    if result["status"] == "finished":
        for _ in range(2):
            client.download(result["file_url"], path=folder, validate=False, extract=True)
json.dump(returned, out)
