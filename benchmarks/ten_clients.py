"""Ten people at once who think for a second between mixed pages, on two web processes, beside one person alone."""

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
        alone = statistics.median(_asked(port, people[0], 4 * PAGES, seed=1))
        with ThreadPoolExecutor(CLIENTS) as pool:
            jobs = [
                pool.submit(_asked, port, person, PAGES, seed=number, thought=THOUGHT)
                for number, person in enumerate(people)
            ]
            together = sorted(time for job in jobs for time in job.result())
    p95 = together[int(len(together) * 0.95)]
    detail = {"median_together_ms": round(statistics.median(together), 1), "pages": len(together)}
    bar = f"p95 of {CLIENTS} <= {RATIO} x the median of one"
    return Result("ten_clients", scale, p95, alone, bar, p95 <= RATIO * alone, detail=detail)


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


def _asked(port: int, person: Person, pages: int, *, seed: int, thought: float = 0) -> list[float]:
    """Return the milliseconds that each of a person's pages took, one connection as a browser keeps."""
    chance, times = random.Random(seed), []
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
        times.append((time.perf_counter() - started) * 1000)
        assert answer.status == 200, (path, answer.status, told[:500])
    connection.close()
    return times
