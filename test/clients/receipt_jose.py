"""Verifies a receipt with two JOSE libraries; prints what each of them read from it."""

import json
import sys

import jwt
from joserfc import jws
from joserfc.jwk import KeySet

given = json.load(sys.stdin)
token, keys = given["jws"], given["keys"]

read = jws.deserialize_compact(token, KeySet.import_key_set(keys), algorithms=["EdDSA"])
key = next(key for key in jwt.PyJWKSet.from_dict(keys).keys if key.key_id == read.headers()["kid"])
decoded = jwt.api_jws.decode(token, key.key, algorithms=["EdDSA"])
print(json.dumps({"joserfc": json.loads(read.payload), "PyJWT": json.loads(decoded)}))
