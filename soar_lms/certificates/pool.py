"""Documents from other processes: a web worker hands out a manuscript and waits a moment.

`renderer.py` is the other side. All web workers of a machine share the same renderers, over a
socket in a folder that only this user can enter. How many may wait at once is fixed, and fewer than
there are web workers: so a flood of downloads always leaves one of them for lessons. Whoever comes
too late hears so at once and is asked to come again.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from soar_lms.certificates.manuscript import Manuscript, PDFError

LIMIT_SECONDS = 10
"""How long a document may take; then its process ends. Most take some hundredths of a second."""

START_SECONDS = 20
"""How long a process may take to start: it loads WeasyPrint and cuts fonts."""

STOP_SECONDS = 10
"""How long the processes may take to end before they are killed."""

RENEW_AFTER = 500
"""After how many documents a process is replaced by a fresh one: what leaks stays small."""

DONE, FAILED = b"\0", b"\1"
_LENGTH_BYTES = 4


class RenderersBusyError(Exception):
    """As many wait for documents as may; ask again in a moment."""


class Renderers:
    """The renderers as a web worker sees them; it can be inherited by forks.

    :param folder: for this user only; holds the socket, and the locks that say who waits.
    :param count: how many processes render.
    :param waiting: how many documents may be asked for at once.
    """

    def __init__(
        self, folder: Path, *, count: int, waiting: int, limit: float = LIMIT_SECONDS
    ) -> None:
        self._folder, self._count, self._waiting, self._limit = folder, count, waiting, limit
        self._address = str(folder / "socket")
        self._life, self._end = os.pipe()
        self._started: list[subprocess.Popen[bytes]] = []

    @property
    def process(self) -> int:
        """The process that watches the others; 0: we did not start it."""
        return self._started[-1].pid if self._started else 0

    def start(self) -> None:
        """Start the processes unless they run: once for all who ask at the same time."""
        with self._open("running") as lock:
            if not _lock(lock.fileno()):
                return
            # The process keeps the lock open: it is free again when the process is gone.
            arguments = [self._address, self._count, RENEW_AFTER, self._limit, lock.fileno()]
            process = subprocess.Popen(  # noqa: S603  # our own program, our own numbers
                [sys.executable, "-m", "soar_lms.certificates.renderer", *map(str, arguments)],
                stdin=self._life,
                env={key: value for key, value in os.environ.items() if key[:5] != "SOAR_"},
                pass_fds=[lock.fileno()],
                start_new_session=True,
            )
            self._started.append(process)

    def stop(self) -> None:
        """End the processes: they see that nobody holds the other end any more."""
        os.close(self._end)
        os.close(self._life)
        for process in self._started:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def render(self, write: Callable[[], Manuscript]) -> bytes:
        """Return the file of a document; `write` is called once there is a place to wait.

        :raises RenderersBusyError: when too many wait already.
        :raises PDFError: when it cannot be made, or the processes cannot be reached.
        """
        with self._place():
            message = pickle.dumps(write())
            begun = time.monotonic()
            try:
                answer = self._ask(message)
            except (EOFError, ConnectionError):
                if time.monotonic() - begun >= self._limit:
                    raise PDFError("a document took too long") from None
                answer = self._ask_again(message)
            except OSError as error:
                raise PDFError(f"no process makes documents ({error})") from error
        if answer[:1] == FAILED:
            raise PDFError(answer[1:].decode())
        return answer[1:]

    def _ask_again(self, message: bytes) -> bytes:
        """Ask once more: the process that had the document has died, another lives."""
        try:
            return self._ask(message)
        except (EOFError, OSError) as error:
            raise PDFError("the process that makes documents died twice") from error

    def _ask(self, message: bytes) -> bytes:
        with self._connect() as connection:
            connection.settimeout(START_SECONDS + self._limit)
            send(connection, message)
            return receive(connection)

    def _connect(self) -> socket.socket:
        end = time.monotonic() + START_SECONDS
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.settimeout(self._limit)
                connection.connect(self._address)
            except (FileNotFoundError, ConnectionRefusedError):
                connection.close()
                if time.monotonic() > end:
                    raise
                self.start()
                time.sleep(0.05)
            except OSError:
                connection.close()
                raise
            else:
                return connection

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Take one of the places for those who wait; it is free again whatever happens to us."""
        with ExitStack() as stack:
            for number in range(self._waiting):
                place = stack.enter_context(self._open(f"place-{number}"))
                if _lock(place.fileno()):
                    break
            else:
                raise RenderersBusyError
            yield

    def _open(self, name: str) -> IO[bytes]:
        """Open a file to lock; somebody may have swept the folder, and it must be ours."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if self._folder.stat().st_uid != os.geteuid():
            raise PDFError(f"{self._folder} belongs to somebody else")
        return (self._folder / name).open("wb")


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def running_renderers(count: int, workers: int) -> Iterator[Renderers]:
    """Run `count` processes for the documents of `workers` web workers, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="soar-", ignore_cleanup_errors=True) as folder:
        renderers = Renderers(Path(folder), count=count, waiting=max(1, workers - 1))
        renderers.start()
        try:
            yield renderers
        finally:
            renderers.stop()


# --- messages: a length and as many bytes -------------------------------------------------------


def send(connection: socket.socket, message: bytes) -> None:
    connection.sendall(len(message).to_bytes(_LENGTH_BYTES, "big") + message)


def receive(connection: socket.socket) -> bytes:
    """Return the next message.

    :raises EOFError: when the other side is gone.
    """
    return _read(connection, int.from_bytes(_read(connection, _LENGTH_BYTES), "big"))


def _read(connection: socket.socket, length: int) -> bytes:
    parts = []
    while length:
        part = connection.recv(min(length, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
