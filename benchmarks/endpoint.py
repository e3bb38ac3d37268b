"""What a request costs the process: beside a bare one of the same signed-in browser, which asks for nothing.

As `zhike.server.urls`, with one route more: `/api/bare` resolves who asks and answers `{}`.
"""

from __future__ import annotations

import time
from datetime import date

from django.http import HttpRequest, JsonResponse
from django.test import Client, override_settings
from django.urls import path

from benchmarks.measure import interleaved
from zhike.server.http import SignedIn
from zhike.server.urls import urlpatterns as of_the_product

ROUNDS = 20
#: Long before any business date of a benchmark.
_SINCE = date(2020, 1, 1)


def bare(request: HttpRequest) -> JsonResponse:
    """Answer nothing to whoever is signed in."""
    SignedIn().authenticate(request, None)
    return JsonResponse({})


urlpatterns = [path("api/bare", bare), *of_the_product]


def signed_in(employee_no: str, role: str, unit: int | None) -> Client:
    """Return the browser of a user with that number and post, made where there is none."""
    from zhike.kernel.ids import uuid7
    from zhike.platform.organization.models import Post, Unit, User

    made = {"uid": uuid7(), "name": "经理", "password": "!"}
    user, _made = User.objects.get_or_create(employee_no=employee_no, defaults=made)
    held = {"user": user, "role": role, "unit_id": unit or Unit.objects.get(parent=None).pk, "valid_to": None}
    Post.objects.get_or_create(**held, defaults={"valid_from": _SINCE})
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def more_cpu(client: Client, address: str, body: object = None) -> tuple[float, float]:
    """Return the median milliseconds of CPU of this process for that request, and for the bare one."""
    with override_settings(ROOT_URLCONF="benchmarks.endpoint"):
        return interleaved(
            lambda: ask(client, address, body),
            lambda: ask(client, "/api/bare"),
            rounds=ROUNDS,
            clock=time.process_time,
        )


def ask(client: Client, address: str, body: object = None) -> None:
    """Have a browser ask, with a body where one is given; whatever is no answer ends the benchmark."""
    answer = client.get(address) if body is None else client.post(address, body, content_type="application/json")
    assert answer.status_code == 200, answer.content
