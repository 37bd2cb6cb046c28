"""A DID finder as a facility writes one, on servicex-did-finder-lib."""
import os
import time

from servicex_did_finder_lib import DIDFinderApp


def one(name):
    return {
        "paths": [f"root://near//{name}.root", f"https://far/{name}.root"],
        "adler32": "00ab12cd",
        "file_size": 1024,
        "file_events": 10,
    }


def find_files(did, info, args):
    kind, _, rest = did.partition("/")
    if kind == "list":
        yield [one(f"{rest}-{number:04}") for number in range(700)]
    elif kind == "each":
        for number in range(5):
            yield one(f"{rest}-{number}")
    elif kind == "fails":
        raise RuntimeError("the catalogue is away")
    elif kind == "dies":
        yield one(f"{rest}-0")
        if not os.path.exists(os.environ["DIED"]):
            open(os.environ["DIED"], "w").close()
            os.kill(os.getppid(), 9)
            os.kill(os.getpid(), 9)
        yield one(f"{rest}-1")
    elif kind == "slow":
        for number in range(1000):
            yield one(f"{rest}-{number}")
            time.sleep(0.1)


app = DIDFinderApp("real", did_finder_args={})


@app.did_lookup_task(name="did_finder_real.lookup_dataset")
def lookup_dataset(self, did, dataset_id, endpoint):
    self.do_lookup(did=did, dataset_id=dataset_id, endpoint=endpoint, user_did_finder=find_files)
