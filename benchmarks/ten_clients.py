"""Ten people at once who think for a second between mixed pages, on two web processes, beside one person alone.

A page is compared with the same page alone: of times of different pages together, the slowest kind of page would be the p95
whatever the others do to it.
"""

from __future__ import annotations

import http.client
import json
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks import installation
from benchmarks.measure import Result

CLIENTS, THOUGHT, PAGES = 10, 1.0, 40
RATIO = 3
#: Seconds until the server has to answer for the first time.
_STARTS = 60
_LIST = {
    "sort": [{"field": "total_asset", "direction": "desc"}],
    "columns": ["name", "customer_no", "mobile", "total_asset", "net_inflow_30d", "risk_level"],
}


@dataclass(frozen=True)
class Person:
    """A browser that is signed in, and the customer it looks at."""

    cookie: str
    token: str
    record: str


def run(scale: str) -> Result:
    """Return the p95 of ten clients beside three times the median of one; who was made for it goes again."""
    with installation.customers("ten_clients", scale), _people() as people, _served() as port:
        for person in people:
            _asked(port, person, len(_pages(person)), seed=0)  # each process opens what it reads
        alone = _by_page(_asked(port, people[0], 4 * PAGES, seed=1))
        with ThreadPoolExecutor(CLIENTS) as pool:
            jobs = [
                pool.submit(_asked, port, person, PAGES, seed=number, thought=THOUGHT)
                for number, person in enumerate(people)
            ]
            together = [asked for job in jobs for asked in job.result()]
    medians = {page: statistics.median(times) for page, times in alone.items()}
    longer = sorted(time / medians[page] for page, time in together)
    p95 = longer[int(len(longer) * 0.95)]
    pages = {
        page: {"alone_ms": round(medians[page], 1), "p50_ms": _at(times, 0.5), "p95_ms": _at(times, 0.95)}
        for page, times in _by_page(together).items()
    }
    bar = f"p95 of {CLIENTS} <= {RATIO} x the median of one, page by page"
    detail: dict[str, object] = {"pages": pages, "asked": len(together)}
    return Result("ten_clients", scale, p95, 1, bar, p95 <= RATIO, "x", detail=detail)


def _by_page(asked: Sequence[tuple[str, float]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for page, time_ms in asked:
        found.setdefault(page, []).append(time_ms)
    return found


def _at(times: list[float], part: float) -> float:
    return round(sorted(times)[int(len(times) * part)], 1)


@contextmanager
def _people() -> Iterator[list[Person]]:
    """Yield ten managers of the customer that is looked at; users and sessions are removed afterwards."""
    from django.contrib.sessions.models import Session

    from benchmarks import endpoint
    from zhike.platform.objects import api as objects
    from zhike.platform.organization.models import Post, User
    from zhike.platform.permissions import api as permissions

    service = installation.service()
    system = permissions.system_principal("benchmark")
    record = objects.displays("party", [service.party], principal=system)[service.party]["uid"]
    before = set(User.objects.values_list("pk", flat=True))
    sessions = []
    try:
        found = []
        for number in range(CLIENTS):
            browser = endpoint.signed_in(f"T{number:06}", "branch_head", service.unit)
            browser.get("/api/v1/session")
            sessions.append(browser.cookies["sessionid"].value)
            token = browser.cookies["csrftoken"].value
            found.append(Person(f"sessionid={sessions[-1]}; csrftoken={token}", token, str(record)))
        yield found
    finally:
        made = User.objects.exclude(pk__in=before)
        Post.objects.filter(user__in=made).delete()
        Session.objects.filter(pk__in=sessions).delete()
        made.delete()


@contextmanager
def _served() -> Iterator[int]:
    """Yield the port of the product's server with two web processes, over the open installation."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "zhike.cli", "serve", "--port", str(port), "--processes", "2"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _STARTS
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert time.monotonic() < until and server.poll() is None, "the server does not start"
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait()


def _pages(person: Person) -> Sequence[tuple[str, object]]:
    """What people look at in a day: the first page, the customers, one of them, their work, who they are."""
    return (
        ("/api/v1/pages/home_branch_head", None),
        ("/api/v1/objects/party/query", _LIST),
        ("/api/v1/objects/party/count", {}),
        (f"/api/v1/pages/customer?record={person.record}", None),
        ("/api/v1/work", None),
        ("/api/v1/me", None),
    )


def _asked(port: int, person: Person, pages: int, *, seed: int, thought: float = 0) -> list[tuple[str, float]]:
    """Return each of a person's pages with the milliseconds that it took, one connection as a browser keeps."""
    chance = random.Random(seed)
    times: list[tuple[str, float]] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": person.cookie, "X-CSRFToken": person.token, "Content-Type": "application/json"}
    for number in range(pages):
        # As many of each, so that the two medians are of the same pages.
        path, body = _pages(person)[number % len(_pages(person))]
        time.sleep(thought * chance.uniform(0.5, 1.5))
        started = time.perf_counter()
        method, sent = ("GET", None) if body is None else ("POST", json.dumps(body))
        connection.request(method, path, sent, headers)
        answer = connection.getresponse()
        told = answer.read()
        times.append((path.partition("?")[0], (time.perf_counter() - started) * 1000))
        assert answer.status == 200, (path, answer.status, told[:500])
    connection.close()
    return times
