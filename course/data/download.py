"""Downloads Fashion-MNIST into the folder where Keras keeps it."""

import hashlib
import http.client
import os
import queue
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, BinaryIO

from course.data.idx import FILE_NAMES
from course.errors import DataError
from course.files import write_atomically

# The address that keras.datasets.fashion_mnist uses itself.
BASE_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
URL_VARIABLE = "FASHION_MNIST_URL"

# As published with the data set: https://github.com/zalandoresearch/fashion-mnist
MD5 = {
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}

# An offline machine gets its stand-in soon; a slow connection may pause between two pieces.
CONNECT_SECONDS = 4.0
STALL_SECONDS = 15.0
_PIECE = 1 << 16
# The largest file has 26 MB. A server that sends without end must not fill the disk.
_MOST_BYTES = 64 << 20
_NEXT = "Fix this and load again, or set FASHION_MNIST_DIR to a folder with the four gz files."


def download_missing(folder: Path, base_url: str | None = None) -> None:
    """Download those of the four files that `folder` does not have yet.

    `base_url` defaults to the variable FASHION_MNIST_URL, and then to Keras's own address.
    Raises DataError if a file cannot be downloaded, differs from the published one or cannot be
    written; no part of that file is left. Progress goes to standard output.
    """
    base_url = base_url or os.environ.get(URL_VARIABLE) or BASE_URL
    for name in FILE_NAMES:
        # Not Path.exists(), which raises where a folder on the way may not be entered.
        if not os.path.exists(folder / name):  # noqa: PTH110
            fetch(f"{base_url.rstrip('/')}/{name}", folder / name, MD5[name])


def fetch(url: str, path: Path, digest: str) -> None:
    """Download `url` to `path`; the file is created only if its MD5 is `digest`."""
    try:
        with _connect(url) as answer:
            write_atomically(path, lambda file: _receive(answer, file, url, digest))
    except urllib.error.HTTPError as error:
        error.close()
        raise DataError(f"{url} answers {error.code} {error.reason}.", _NEXT) from error
    except urllib.error.URLError as error:
        raise DataError(f"{url} cannot be reached: {error.reason}.", _NEXT) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        message = f"{url} could not be downloaded to {path}: {error}."
        raise DataError(message, _NEXT) from error


def _connect(url: str) -> Any:
    """Open `url`; raise DataError after CONNECT_SECONDS, even during a DNS lookup."""
    answers: queue.Queue[Any] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(urllib.request.urlopen(url, timeout=STALL_SECONDS))
        except Exception as error:  # raised again below, in the thread that waits
            answers.put(error)

    # No timeout covers the DNS lookup, which can take half a minute: hence the thread.
    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=CONNECT_SECONDS)
    except queue.Empty:
        raise DataError(f"{url} does not answer within {CONNECT_SECONDS:g} s.", _NEXT) from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _receive(answer: Any, file: BinaryIO, url: str, digest: str) -> None:
    """Copy the answer into `file`; raise DataError unless it is complete and as published."""
    announced = int(answer.headers.get("Content-Length") or 0)
    seen = hashlib.md5(usedforsecurity=False)
    received, shown = 0, 0
    print(f"Downloading {url}: ", end="", flush=True)
    try:
        while piece := answer.read(_PIECE):
            file.write(piece)
            seen.update(piece)
            received += len(piece)
            if received > _MOST_BYTES:
                raise DataError(f"{url} sends more than {_MOST_BYTES >> 20} MB.", _NEXT)
            # On standard output: nbgrader takes every byte on standard error for a failure.
            if announced and received * 4 // announced > shown:
                shown = received * 4 // announced
                print(f"{25 * shown} % ", end="", flush=True)
    finally:
        print(f"({received / 1e6:.1f} MB)", flush=True)
    if received < announced:
        raise DataError(f"{url} broke off after {received:,} of {announced:,} bytes.", _NEXT)
    if seen.hexdigest() != digest:
        message = f"{url} is refused: its MD5 is {seen.hexdigest()}, the published one {digest}."
        raise DataError(message, _NEXT)
