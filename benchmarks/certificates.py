"""Certificates: how fast, beside WeasyPrint as it comes, and what a flood of them does to lessons.

WeasyPrint as it comes gets the same HTML, the same rules and the same variant of PDF, with its
fonts by the address of their files and a configuration of its own for each document, as its manual
shows. Both sides are measured in turn, and the median counts. What is counted begins with the
context of a certificate and ends with its bytes.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryFile

from flask import Flask

from benchmarks.figures import Figure
from benchmarks.requests import load
from benchmarks.serving import cookie_of, make_config, serving
from soar_lms.app import create_app
from soar_lms.certificates.context import DocumentContext, make_context
from soar_lms.certificates.documents import verify_address
from soar_lms.certificates.fonts import font_files
from soar_lms.certificates.pdf import (
    load_weasyprint,
    render_batch,
    render_merged,
    render_pdf,
    write_manuscript,
)
from soar_lms.config import Config, Mode
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.migrations import upgrade
from tests.factories import make_certificate as issue_certificate
from tests.factories import make_person
from tests.support.databases import close_connections
from tests.support.pdf_check import make_certificate

SINGLE_GOAL, BATCH_GOAL = 1.35, 2
FILES_GOAL, PAGES_GOAL = 60, 80
"""A second, on two processes."""
PAIRS = 12
BATCH = 20
PROCESSES = 2
EARLY, LATE, GROWTH_GOAL = 200, 2_000, 1.1
FLOOD = 8
READERS = 2
_NAMES = (
    "Ana Torres Vega",
    "Samuel Okonkwo",
    "María José Núñez de la Cruz",
    "Grace Lindqvist",
    "Nguyễn Thị Hồng Nhung",
    "Noah O’Neill",
    "Łukasz Żółć",
    "Elena Castillo Peña",
    "Imani Walker, RN",
    "Maximiliana Guadalupe Hernández-Villavicencio de los Ángeles",
)
_FACE = re.compile(r"@font-face\s*{[^}]*}")
_FAMILY = re.compile(r'font-family:\s*"([^"]+)"')


def measure_certificates(seconds: int, rounds: int) -> Iterator[Figure]:
    """Measure one, many, two processes, memory, and lessons in a flood."""
    with _site() as contexts:
        yield from _measure_one(contexts)
        yield from _measure_many(contexts, rounds)
    yield from _measure_two_processes(seconds)
    yield _measure_memory()
    yield from _measure_flood(seconds, rounds)


@contextmanager
def _site() -> Iterator[Iterator[DocumentContext]]:
    """Give contexts of certificates, each with a code of its own, in both languages."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Config(
                secret_key="x" * 40,
                mode=Mode.TESTING,
                instance=Path(folder),
                database_url=f"sqlite:///{folder}/soar.db",
                base_url="https://training.example.org",
                log_level="error",
            )
        )
        with app.test_request_context():
            yield map(_make_context, count())


def _make_context(number: int) -> DocumentContext:
    name = _NAMES[number % len(_NAMES)]
    language = ("en", "es")[number // len(_NAMES) % 2]
    certificate = make_certificate(language, name=name)
    return make_context(certificate, verify_address(certificate))


# --- WeasyPrint as it comes ---------------------------------------------------------------------


def render_plain(context: DocumentContext) -> bytes:
    """Make a document as WeasyPrint's manual shows."""
    weasyprint = load_weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    manuscript, fonts = write_manuscript(context), FontConfiguration()
    styles = [
        weasyprint.CSS(string=_plain_style(style), font_config=fonts) for style in manuscript.styles
    ]
    data: bytes = weasyprint.HTML(string=manuscript.markup).write_pdf(
        stylesheets=styles, font_config=fonts, pdf_variant="pdf/a-3a", pdf_tags=True
    )
    return data


def _plain_style(style: str) -> str:
    """Return a style sheet whose fonts are files: the variable ones, as their wheels bring them."""
    families = dict.fromkeys(
        family for face in _FACE.findall(style) for family in _FAMILY.findall(face)
    )
    faces = (
        f'@font-face {{ font-family: "{family}"; font-weight: 100 900;'
        f' src: url("{font_files()[family].as_uri()}") }}'
        for family in families
    )
    return "\n".join([*faces, _FACE.sub("", style)])


# --- one process --------------------------------------------------------------------------------


def _measure_one(contexts: Iterator[DocumentContext]) -> Iterator[Figure]:
    for context in islice(contexts, 2 * len(_NAMES)):  # warm
        render_pdf(context)
    ours, plain = [], []
    for context in islice(contexts, PAIRS):
        ours.append(_time(lambda context=context: render_pdf(context)))  # type: ignore[misc]  # bound now
        plain.append(_time(lambda context=context: render_plain(context)))  # type: ignore[misc]  # too
    rates = 1 / statistics.median(ours), 1 / statistics.median(plain)
    yield Figure("certificate, alone", rates[0], "/s", rates[1], SINGLE_GOAL)


def _measure_many(contexts: Iterator[DocumentContext], rounds: int) -> Iterator[Figure]:
    separate, merged, plain = [], [], []
    for _ in range(rounds):
        batch = list(islice(contexts, BATCH))
        separate.append(BATCH / _time(lambda: list(render_batch(batch))))  # noqa: B023  # used now
        merged.append(BATCH / _time(lambda: _merge(batch)))  # noqa: B023  # used now
        plain.append(PAIRS / _time(lambda: list(map(render_plain, batch[:PAIRS]))))  # noqa: B023
    limit = statistics.median(plain)
    yield Figure("batch, files", statistics.median(separate), "/s", limit, BATCH_GOAL)
    yield Figure("batch, merged pages", statistics.median(merged), "/s", limit, BATCH_GOAL)


def _time(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _merge(contexts: list[DocumentContext]) -> None:
    with TemporaryFile() as target:
        render_merged(contexts, target, title="Certificates", language="en")


# --- two processes ------------------------------------------------------------------------------


def _measure_two_processes(seconds: int) -> Iterator[Figure]:
    both = {kind: _run_processes(kind, seconds) for kind in ("plain", "files", "merged")}
    plain, _ = both["plain"]
    for kind, name, goal in (
        ("files", "files", FILES_GOAL),
        ("merged", "merged pages", PAGES_GOAL),
    ):
        rate, undisturbed = both[kind]
        yield Figure(f"{name} on two", rate, "/s", goal, 1)
        yield Figure(f"{name} on two, alone", undisturbed, "/s", goal, None)
        yield Figure(f"{name}, WeasyPrint", rate, "/s", plain, BATCH_GOAL)


def _run_processes(kind: str, seconds: int) -> tuple[float, float]:
    """Return what two processes make in a second together; they begin at the same time.

    Also what they would make if nothing else ran: by the time that the processors gave them.
    """
    command = [sys.executable, "-m", "benchmarks.certificates", kind, str(seconds)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("a process did not start")
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate()[0].split() for process in processes]
    rate, undisturbed = (sum(map(float, column)) for column in zip(*answers, strict=True))
    return rate, undisturbed


def _work(kind: str, seconds: float) -> tuple[float, float]:
    """Make documents for some seconds; return how many a second, of time and of a processor."""
    make, size = {
        "plain": (_make_plain, 2),
        "files": (_make_files, BATCH),
        "merged": (_merge, BATCH),
    }[kind]
    with _site() as contexts:
        make(list(islice(contexts, size)))
        print("ready", flush=True)
        sys.stdin.readline()
        begun, busy, made = time.perf_counter(), time.process_time(), 0
        while time.perf_counter() - begun < seconds:
            make(list(islice(contexts, size)))
            made += size
        return made / (time.perf_counter() - begun), made / (time.process_time() - busy)


def _make_plain(contexts: list[DocumentContext]) -> None:
    for context in contexts:
        render_plain(context)


def _make_files(contexts: list[DocumentContext]) -> None:
    for _ in render_batch(contexts):
        pass


# --- memory -------------------------------------------------------------------------------------


def _measure_memory() -> Figure:
    """Compare the memory of a process after few and after many documents."""
    command = [sys.executable, "-m", "benchmarks.certificates", "memory", "0"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    early, late = map(float, output.split())
    return Figure(f"memory after {LATE:,}", late, "MB", early, GROWTH_GOAL, higher=False)


def _grow() -> tuple[float, float]:
    with _site() as contexts:
        _make_files(list(islice(contexts, EARLY)))
        early = _memory_mb()
        for _ in range(EARLY, LATE, EARLY):
            _make_files(list(islice(contexts, EARLY)))
        return early, _memory_mb()


def _memory_mb() -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found.group(1)) / 1024 if found else 0.0


# --- lessons in a flood -------------------------------------------------------------------------


def _measure_flood(seconds: int, rounds: int) -> Iterator[Figure]:
    """Read lessons alone, then while others ask for certificates as fast as they can.

    Once as it is served, once with workers that make documents themselves.
    """
    quiet, flooded, answered, served = _read_in_flood(seconds, rounds, renderers=PROCESSES)
    _, without, _, _ = _read_in_flood(seconds, rounds, renderers=0)
    yield Figure("lesson p95 in a flood", flooded, "ms", quiet, None, higher=False)
    yield Figure("the same, without pool", flooded, "ms", without, 1, higher=False)
    yield Figure("files in the flood", served, "/s", answered, None)


def _read_in_flood(seconds: int, rounds: int, *, renderers: int) -> tuple[float, ...]:
    """Return p95 of lessons alone and in a flood, requests of the flood a second, and files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'soar.db'}"
        lesson, documents = _fill(create_app(make_config(folder, url)))
        found = []
        with serving(folder, url, renderers=renderers) as site:
            address = f"{site.address}/"
            load(address, lesson, 1, READERS)
            _flood(address, documents, 5)
            for _ in range(rounds):
                quiet = load(address, lesson, seconds, READERS).ms[95]
                with ThreadPoolExecutor(1) as pool:
                    flood = pool.submit(_flood, address, documents, seconds + 1)
                    time.sleep(0.5)
                    flooded = load(address, lesson, seconds, READERS).ms[95]
                    found.append((quiet, flooded, *flood.result()))
    return tuple(map(statistics.median, zip(*found, strict=True)))


def _flood(address: str, script: str, seconds: int) -> tuple[float, float]:
    """Ask for certificates; return how many requests a second were answered, and with a file."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{FLOOD}", f"-d{seconds}s", "-s", file.name, address]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    requests = re.search(r"(\d+) requests in", output)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    answered = int(requests.group(1)) if requests else 0
    return answered / seconds, (answered - int(refused.group(1) if refused else 0)) / seconds


def _fill(app: Flask) -> tuple[str, str]:
    """Write learners with certificates; return wrk's scripts: their lessons, their documents."""
    lessons, documents = [], []
    with app.app_context():
        upgrade()
        module = next(iter(catalogue().modules.values()))
        setting = module.spec.settings[0]
        lesson = next(item for item in module.spec.lessons if item.by_setting)
        with transaction():
            for name in _NAMES:
                person = make_person(name=name)
                certificate = issue_certificate(person, module, setting=setting)
                cookie = cookie_of(app, person.fs_uniquifier)
                lessons.append((f"/en/learn/{module.id}/{setting}/{lesson.id}", cookie))
                documents.append((f"/certificates/{certificate.code}.pdf", cookie))
        close_connections()
    return _script(lessons), _script(documents)


def _script(requests: list[tuple[str, str]]) -> str:
    rows = ",".join(f'{{"{path}", "{cookie}"}}' for path, cookie in requests)
    return f"""
local rows, turn = {{{rows}}}, 0
request = function()
  turn = turn % #rows + 1
  return wrk.format("GET", rows[turn][1], {{["Cookie"] = rows[turn][2]}})
end
"""


if __name__ == "__main__":
    what, how_long = sys.argv[1:]
    if what == "memory":
        print(*_grow())
    else:
        print(*_work(what, float(how_long)))
