"""The processes that make documents: one that watches, and those that it forks.

Run by `pool.py`. WeasyPrint and the fonts are loaded before the fork: a new process is ready at
once and shares that memory. They give way to web workers (nice), know no secret and no database,
and end when the program that started them does.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import select
import signal
import socket
import sys
import time
from pathlib import Path

from soar_lms.certificates.manuscript import PDFError
from soar_lms.certificates.pool import DONE, FAILED, receive, send

NICENESS = 10
BACKLOG = 64
_LIFE = 0  # standard input: at its end, whoever started us is gone
_BREATH_SECONDS = 0.5

log = logging.getLogger(__name__)


def main(arguments: list[str]) -> None:
    """Listen, and keep as many processes as were asked for."""
    address, count, renew_after, limit, lock = arguments
    listener = _listen(Path(address))
    os.nice(NICENESS)
    _load()
    waking, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    children: dict[int, float] = {}
    while True:
        while len(children) < int(count):
            child = os.fork()
            if child == 0:
                os.close(int(lock))
                _work(listener, int(renew_after), float(limit))
                os._exit(0)
            children[child] = time.monotonic()
        readable, _, _ = select.select([_LIFE, waking], [], [])
        if _LIFE in readable:
            break
        os.read(waking, 4096)
        _bury(children)
    for child in children:
        os.kill(child, signal.SIGTERM)


def _listen(address: Path) -> socket.socket:
    address.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(address))
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _load() -> None:
    """Load all that documents have in common, where forks share it."""
    from soar_lms.certificates import layout
    from soar_lms.certificates.fonts import FAMILIES, face_bytes, faces

    for key in faces(FAMILIES[:1]):
        face_bytes(key)
    log.debug("ready: %s", layout.VARIANT)


def _bury(children: dict[int, float]) -> None:
    """Forget those who died; take breath when one died as soon as it was born."""
    with contextlib.suppress(ChildProcessError):
        while True:
            child, _ = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return
            if time.monotonic() - children.pop(child, 0) < _BREATH_SECONDS:
                time.sleep(_BREATH_SECONDS)


def _work(listener: socket.socket, renew_after: int, limit: float) -> None:
    """Make documents until it is time to be renewed, or nobody is left to make them for."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process, whatever it is doing
    parent, made = os.getppid(), 0
    while made < renew_after and os.getppid() == parent:
        readable, _, _ = select.select([listener.fileno(), _LIFE], [], [])
        if _LIFE in readable:
            return
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            continue  # another one was quicker
        made += 1
        connection.settimeout(limit)
        with connection, contextlib.suppress(OSError, EOFError):
            signal.setitimer(signal.ITIMER_REAL, limit)
            send(connection, _answer(receive(connection)))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(message: bytes) -> bytes:
    """Return the file, or why there is none. The message comes from this user's own processes."""
    from soar_lms.certificates.layout import lay_out
    from soar_lms.certificates.typeset import write_file

    try:
        return DONE + write_file(lay_out(pickle.loads(message)))  # noqa: S301  # see above
    except PDFError as error:
        return FAILED + str(error).encode()
    except Exception as error:
        log.exception("a document could not be made")
        return FAILED + f"{type(error).__name__}: {error}".encode()


if __name__ == "__main__":
    main(sys.argv[1:])
