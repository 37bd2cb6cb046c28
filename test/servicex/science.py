# The science of a test, called as ServiceX's generators have it: an input, where to write, and the
# format. What happens is in the input's name.
import os
import pathlib
import sys
import time
import urllib.request

source, target = sys.argv[1], sys.argv[2]
name = os.path.basename(source)
marks = pathlib.Path(os.environ.get("MARKS", "/nowhere"))


def is_there(mark):
    return (marks / mark).exists()


if "slow" in name:
    time.sleep(0.3)
if "held" in name:
    (marks / f"taken-{name}").touch()
    while not is_there("go"):
        time.sleep(0.05)
if "bad" in name and not is_there("mended"):
    raise ValueError(f"there is no tree in {name}")
if source.startswith("http"):
    with urllib.request.urlopen(source) as response:
        content = response.read()
else:
    content = f"made of {source}".encode()
if sys.argv[3:] == ["root"]:
    import numpy
    import uproot

    with uproot.recreate(target) as file:
        file["events"] = {"x": numpy.frombuffer(content, dtype="uint8").astype("int32")}
else:
    pathlib.Path(target).write_bytes(content)
print(f"Transform stats: Total Events: 12, resulting file size {len(content)}")
