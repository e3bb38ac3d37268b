"""`zhike openapi`: the interface as a document."""

from __future__ import annotations

import argparse
import os

from zhike.cli.output import Output


def openapi(_options: argparse.Namespace, _output: Output) -> None:
    """Print the OpenAPI document; it needs neither an installation nor a database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.server.settings")
    os.environ.setdefault("ZHIKE_SECRET_KEY", "nothing is signed here")
    import django

    django.setup()
    import zhike.server.urls  # noqa: F401  (adds the routers)
    from zhike.server.http import api
    from zhike.server.openapi import text

    print(text(api), end="")
