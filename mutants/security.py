"""Breaks of what a stranger, a slip and a broken request cannot do."""

from __future__ import annotations

from mutants.types import Break

_OF_GUARDED = ("tests/contract/test_guarded.py",)
_OF_HOSTILE = ("tests/contract/test_hostile_requests.py",)
_OF_SERVING = ("tests/unit/cli/test_serving.py",)

BREAKS = (
    Break(
        "files: of the allowed",
        "a file of whoever may not send it is not read",
        "zhike/server/http.py",
        'api.add_decorator(files_of_the_allowed, mode="view")\n',
        "",
        _OF_GUARDED,
    ),
    Break(
        "files: a route that takes none",
        "nothing of a file is written for a route that takes none",
        "zhike/server/uploads.py",
        'if not getattr(self.request, "may_send_files", False):',
        "if False:",
        _OF_GUARDED,
    ),
    Break(
        "token: in the header",
        "no form is read to find a token in it",
        "zhike/server/middleware.py",
        'method, request.method = request.method, "PUT"',
        "method = request.method",
        _OF_GUARDED,
    ),
    Break(
        "browsers: scripts",
        "a page runs only what the server has",
        "zhike/server/middleware.py",
        "\"script-src 'self'\",",
        "\"script-src 'self' 'unsafe-inline'\",",
        _OF_GUARDED,
    ),
    Break(
        "browsers: TLS",
        "browsers that came over TLS ask in no other way",
        "zhike/server/middleware.py",
        "        if settings.SECURE:\n",
        "        if False:\n",
        _OF_GUARDED,
    ),
    Break(
        "document: for monitoring",
        "the document of the interface is not for everybody",
        "zhike/server/http.py",
        "    docs_decorator=for_monitoring,\n",
        "",
        _OF_GUARDED,
    ),
    Break(
        "bodies: what they are sent as",
        "a body that is sent as something else is not read as JSON",
        "zhike/server/parsing.py",
        'if request.content_type != "application/json":',
        "if False:",
        _OF_HOSTILE,
    ),
    Break(
        "serve: one server",
        "one home has one server",
        "zhike/cli/one_server.py",
        "fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "pass",
        _OF_SERVING,
    ),
    Break(
        "serve: no second try",
        "a server that never answered is not started again",
        "zhike/cli/serving.py",
        "            raise DidNotStart(exit_code=self._process.returncode)\n",
        "            pass\n",
        _OF_SERVING,
    ),
)
