"""The kind `result_set`: the result codes with which a kind of work can be done."""

from __future__ import annotations

from zhike.kernel.definitions import Body, Finding, Kind, Snapshot


def check_result_set(body: Body, _everything: Snapshot) -> list[Finding]:
    """Return what is wrong with a set of result codes."""
    results: list[Body] = list(body.get("results", []))  # type: ignore[call-overload]
    if not results:
        return [Finding("result_set.empty", "a result set needs at least one result", "results")]
    keys = [result.get("key") for result in results]
    return [
        Finding("result_set.doubled", f"result '{key}' is listed twice", "results")
        for key in set(keys)
        if keys.count(key) > 1
    ]


RESULT_SET = Kind(name="result_set", order=20, check=check_result_set)
