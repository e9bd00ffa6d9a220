"""What a download leaves behind when the server, the line or the disk lets it down."""

import hashlib
import importlib.util
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from course.data import download
from course.data.download import fetch
from course.errors import DataError
from course.files import write_atomically

BODY = bytes(range(256)) * 1000
DIGEST = hashlib.md5(BODY).hexdigest()


class Answers(BaseHTTPRequestHandler):
    """Good, broken-off, endless and missing files."""

    def do_GET(self) -> None:
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        if self.path != "/unannounced":
            self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY[: len(BODY) // 2] if self.path == "/truncated" else BODY)

    def log_message(self, *_: object) -> None:
        pass


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    listener = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{listener.server_port}"
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.mark.parametrize("name", ["good", "unannounced"])
def test_a_good_file_arrives_whole(name, address, tmp_path):
    fetch(f"{address}/{name}", tmp_path / "new folder" / "file.gz", DIGEST)

    assert (tmp_path / "new folder" / "file.gz").read_bytes() == BODY
    assert names_in(tmp_path / "new folder") == ["file.gz"]


def test_progress_goes_to_standard_output_only(address, tmp_path, capfd):
    fetch(f"{address}/good", tmp_path / "file.gz", DIGEST)

    printed, errors = capfd.readouterr()
    assert "25 % 50 % 75 % 100 %" in printed
    assert errors == ""


@pytest.mark.parametrize(
    ("name", "digest", "reason"),
    [
        ("good", "0" * 32, f"refused: its MD5 is {DIGEST}, the published one 000"),
        ("truncated", DIGEST, "broke off after 128,000 of 256,000 bytes"),
        ("missing", DIGEST, "answers 404 Not Found"),
    ],
)
def test_a_bad_answer_leaves_nothing_behind(name, digest, reason, address, tmp_path):
    with pytest.raises(DataError, match=reason) as caught:
        fetch(f"{address}/{name}", tmp_path / "file.gz", digest)

    assert f"{address}/{name}" in caught.value.message
    assert "FASHION_MNIST_DIR" in caught.value.next_step
    assert names_in(tmp_path) == []


def test_a_bad_answer_keeps_the_file_that_was_there(address, tmp_path):
    (tmp_path / "file.gz").write_bytes(b"older")

    with pytest.raises(DataError):
        fetch(f"{address}/truncated", tmp_path / "file.gz", DIGEST)

    assert (tmp_path / "file.gz").read_bytes() == b"older"


def test_an_answer_without_end_is_cut_off(address, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "_MOST_BYTES", 100_000)
    with pytest.raises(DataError, match="sends more than"):
        fetch(f"{address}/good", tmp_path / "file.gz", DIGEST)
    assert names_in(tmp_path) == []


def test_a_refused_connection_is_reported(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/file.gz"
    with pytest.raises(DataError, match=r"cannot be reached: .*refused"):
        fetch(url, tmp_path / "file.gz", DIGEST)


def test_a_silent_server_is_given_up_in_time(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(download, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        with pytest.raises(DataError, match="does not answer within"):
            fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/x", tmp_path / "x", DIGEST)
        assert time.monotonic() - start < 0.8 * download.STALL_SECONDS


def test_a_malformed_address_is_reported(tmp_path):
    with pytest.raises(DataError, match="no-address"):
        fetch("no-address/file.gz", tmp_path / "file.gz", DIGEST)


def test_a_cache_that_cannot_be_written_is_reported(address, tmp_path):
    (tmp_path / "cache").write_bytes(b"a file where a folder should be")
    with pytest.raises(DataError, match="could not be downloaded to"):
        fetch(f"{address}/good", tmp_path / "cache" / "file.gz", DIGEST)


def test_the_address_and_digests_are_those_keras_and_the_authors_publish():
    # Read, not imported: importing Keras takes seconds.
    package = Path(importlib.util.find_spec("keras").origin).parent
    source = (package / "src" / "datasets" / "fashion_mnist.py").read_text(encoding="utf-8")
    assert f'"{download.BASE_URL}"' in source
    assert all(f'"{name}"' in source for name in download.FILE_NAMES)
    assert sorted(download.MD5) == sorted(download.FILE_NAMES)


def test_an_interrupted_write_keeps_the_old_file(tmp_path):
    (tmp_path / "file").write_bytes(b"old")

    def interrupted(file) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "file", interrupted)

    assert (tmp_path / "file").read_bytes() == b"old"
    assert names_in(tmp_path) == ["file"]
