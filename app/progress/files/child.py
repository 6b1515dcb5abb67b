"""The small process that reads one document, with little memory, time and no network.

Run as ``python -I child.py``: the document on the standard input, what was read on the
standard output: one line of JSON, then the picture made anew, if it is one. Nothing of
the site is in its memory, so that a parser that is led astray finds nothing.
"""

import base64
import resource
import sys
from pathlib import Path

MOST_MEMORY = 1536 * 1024**2
"""Bytes of address space; a photo of 40 million pixels needs a fifth."""
MOST_SECONDS = 25
MOST_FILES = 64


def serve() -> None:
    """Read what stands on the standard input and say what it is."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES, MOST_FILES))
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    import orjson  # noqa: PLC0415 -- only in the child

    from app.progress.files.sorting import read_document  # noqa: PLC0415

    orders = orjson.loads(sys.stdin.buffer.readline())
    roots = [base64.b64decode(each) for each in orders["roots"]]
    content = sys.stdin.buffer.read()
    found, picture = read_document(content, roots=roots, now=orders["now"])
    sys.stdout.buffer.write(orjson.dumps(found) + b"\n" + picture)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    serve()
