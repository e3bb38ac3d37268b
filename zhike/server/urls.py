"""Addresses: the API, sign-in, health, figures for monitoring, and the pages for everything else."""

from __future__ import annotations

from allauth.headless.account.views import LoginView, SessionView
from allauth.headless.constants import Client
from django.conf import settings
from django.db import OperationalError, connection
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path, re_path
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from zhike.engagement.campaigns.routes import router as campaigns
from zhike.engagement.compliance.routes import router as gate
from zhike.insight.audiences.routes import router as audiences
from zhike.insight.identity.routes import router as identity
from zhike.insight.warehouse.routes import router as warehouse
from zhike.platform.exchange.routes import router as exchange
from zhike.platform.operations.routes import router as operations
from zhike.platform.records.routes import router as records
from zhike.platform.work.routes import router as work
from zhike.server.http import api, for_monitoring, of_json
from zhike.server.routes import router as server
from zhike.server.users import router as users

for router in (server, users, records, exchange, work, warehouse, identity, audiences, campaigns, gate, operations):
    api.add_router("", router)


def healthz(_request: HttpRequest) -> HttpResponse:
    """Whether this process can answer: the database does."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except OperationalError:
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


@for_monitoring
def metrics(_request: HttpRequest) -> HttpResponse:
    """Figures for monitoring."""
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def page(_request: HttpRequest) -> HttpResponseBase:
    """The single page of the front end, which knows every other address."""
    index = settings.PAGES / "index.html"
    if not index.exists():
        return HttpResponse("The pages are not built; run `make web`.", status=503, content_type="text/plain")
    return FileResponse(
        index.open("rb"), content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


handler400 = "zhike.server.http.outside_refusal"
handler404 = "zhike.server.http.outside_refusal"
handler500 = "zhike.server.http.outside_fault"
urlpatterns = [
    path("api/v1/", api.urls),
    # Of the sign-in library only these two: nobody signs up, and nobody resets a password by mail.
    path("_allauth/browser/v1/auth/login", of_json(LoginView.as_api_view(client=Client.BROWSER))),
    path("_allauth/browser/v1/auth/session", of_json(SessionView.as_api_view(client=Client.BROWSER))),
    path("healthz", healthz),
    path("metrics", metrics),
    re_path(r"^(?!api/|_allauth/|assets/).*$", page),
]
