"""Calls of isimip-client 2.0.x, as notebooks make them: JSON lists of [method, arguments] come in, what each returns goes out."""

import json
import sys

from isimip_client.client import ISIMIPClient

url, version, folder = sys.argv[1:4]
client = ISIMIPClient(files_api_url=url, files_api_version=version)
returned = []
for method, arguments in json.load(sys.stdin):
    result = getattr(client, method)(**arguments)
    returned.append(result)
    if isinstance(result, dict) and result.get("status") == "finished":
        # The second time it asks for the rest, of which there is none
        for _ in range(2):
            client.download(result["file_url"], path=folder, validate=False, extract=True)
json.dump(returned, sys.stdout)
