"""The search of everything (Ctrl K) over HTTP: the CPU that one costs the process, for a manager and for head office.

Beside a bare request of the same browser, which asks for nothing.
"""

from __future__ import annotations

from urllib.parse import quote

from django.db import transaction

from benchmarks import installation
from benchmarks.measure import Result

CPU_MS = 60
#: The kinds of text that ask for most: of `benchmarks.search`.
_KINDS = ("whole name", "one character", "initials", "last four", "mobile", "account", "customer number")


def run(scale: str) -> Result:
    """Return the dearest text of the dearest asker; what it writes is rolled back."""
    with installation.customers("global_search", scale), transaction.atomic():
        found = measure(scale)
        transaction.set_rollback(True)
    return found


def measure(scale: str) -> Result:
    """Measure on an installation that has its data, in the caller's transaction."""
    from benchmarks import endpoint, search

    service = installation.service()
    asked = {kind: text for kind, text in search.texts(search.names()).items() if kind in _KINDS}
    browsers = {
        "account_manager": endpoint.signed_in(service.employee_no, "account_manager", service.unit),
        "head_office": endpoint.signed_in("P000001", "operator", None),
    }
    detail: dict[str, object] = {}
    worst = (0.0, 0.0)
    for asker, browser in browsers.items():
        for kind, text in asked.items():
            found = endpoint.more_cpu(browser, f"/api/v1/search?q={quote(text)}")
            detail[f"{asker}, {kind}"] = {"cpu_ms": round(found[0], 2), "bare_cpu_ms": round(found[1], 2)}
            worst = max(worst, found)
    value, base = worst
    return Result("global_search", scale, value, base, f"<= {CPU_MS} ms CPU", value <= CPU_MS, detail=detail)
