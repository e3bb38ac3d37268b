"""A request of somebody who is signed in."""

from __future__ import annotations

from django.http import HttpRequest

from zhike.platform.permissions.types import Principal


class SignedInRequest(HttpRequest):
    """An HTTP request on which `server` has hung the caller's principal."""

    principal: Principal
