"""The subcommands that work on an installation. Each acts as the system principal and makes one call of a door."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from zhike.cli import trial
from zhike.cli.installation import principal
from zhike.cli.output import Output
from zhike.kernel import clock
from zhike.kernel.errors import NotFound, ZhikeError
from zhike.kernel.ids import parse_uid

#: The definition of who is who that the sample broker's planted duplicates are about.
_SAMPLE_IDENTITY = "party"
_STATES = {
    "done": ("完成", "done"),
    "failed": ("失败", "failed"),
    "cancelled": ("已取消", "cancelled"),
    "running": ("进行中", "running"),
    "waiting": ("等待", "waiting"),
}


class ConsentNeeded(ZhikeError):
    """A command that cannot be undone, without consent."""

    code = "cli.consent_needed"
    status = 409
    zh = "“{what}”的以下内容将被永久清除：{fields}。确认后用 --yes 执行"
    en = "These values of '{what}' would be wiped for good: {fields}. Run again with --yes to consent"


def sample(options: argparse.Namespace, output: Output) -> None:
    """Generate and load the sample broker."""
    made = trial.sample(options, output)
    output.result(made, "  ".join(f"{key}={value}" for key, value in made.items()))


def sample_advance(options: argparse.Namespace, output: Output) -> None:
    """Let the next trading days happen: files, loads, stages, and the installation's clock."""
    made = trial.advance_sample(options.days, output)
    output.result(made, "  ".join(f"{key}={value}" for key, value in made.items()))


def sample_evaluate(_options: argparse.Namespace, output: Output) -> None:
    """Print precision and recall of identity against the planted truth."""
    from zhike.insight.identity import api as identity

    found = asdict(identity.evaluate(trial.sample_folder() / "truth.json", identity=_SAMPLE_IDENTITY))
    output.result(found, "  ".join(f"{key}={value}" for key, value in found.items()))


def stage_run(options: argparse.Namespace, output: Output) -> None:
    """Compute identity, indicators, tags and the wide rows of a business date."""
    from zhike.insight.warehouse import runs
    from zhike.kernel import jobs

    day = options.business_date
    run = jobs.run_now(runs.STAGE, runs.stage_title(day), runs.stage_params(day), output.progress)
    output.result(
        {"run": run.uid, "state": run.state, "result": run.result},
        f"{options.business_date} {output.words(*_STATES[str(run.state)])}{_restated(run.result, output)}",
    )


def _restated(result: Mapping[str, Any] | None, output: Output) -> str:
    days = ", ".join((result or {}).get("restated", ()))
    return output.words(f"；重新计算：{days}", f"; computed again: {days}") if days else ""


def erase(options: argparse.Namespace, output: Output) -> None:
    """Wipe the personal values of a record for good (PIPL art. 47)."""
    from zhike.kernel import event_delivery
    from zhike.platform.objects import catalogue
    from zhike.platform.records import api as records

    owner = catalogue.describe(options.object)
    if not options.yes:
        personal = [field.key for field in owner.fields.values() if field.personal]
        raise ConsentNeeded(what=f"{owner.key} {options.uid}", fields=personal)
    done = records.erase(owner.key, options.uid, reason=options.reason, principal=principal())
    event_delivery.deliver_all()  # what other rooms noted about the person goes now, worker or not
    shown = {"uid": done.uid, "erased_at": done.at, "again": done.again, "fields": done.fields}
    related = output.words("、", ", ").join(f"{key} {count}" for key, count in done.related.items())
    at = f"{clock.local(done.at):%Y-%m-%d %H:%M}"
    text = output.words(
        f"{done.uid} 已清除（{at}），相关记录：{related or '无'}，变更记录 {done.journal} 条",
        f"{done.uid} wiped ({at}), related records: {related or 'none'}, entries of the journal: {done.journal}",
    )
    output.result({**shown, "related": done.related, "journal": done.journal}, text)


def audience_count(options: argparse.Namespace, output: Output) -> None:
    """Count an audience on the published data."""
    from zhike.insight.audiences import api as audiences

    count, business_date = audiences.count_now(_audience(options.audience), principal=principal())
    text = output.words(f"{count} 户，数据截至 {business_date}", f"{count} in the audience, data as of {business_date}")
    output.result({"count": count, "business_date": business_date}, text)


def audience_snapshot(options: argparse.Namespace, output: Output) -> None:
    """Freeze an audience."""
    from zhike.insight.audiences import api as audiences

    taken = audiences.take_snapshot(_audience(options.audience), principal=principal())
    shown = {"uid": taken.uid, "count": taken.count, "business_date": taken.business_date}
    text = output.words(
        f"{taken.count} 户，数据截至 {taken.business_date}",
        f"{taken.count} in the audience, data as of {taken.business_date}",
    )
    output.result(shown, f"{taken.uid} {text}")


def audience_explain(options: argparse.Namespace, output: Output) -> None:
    """Say why a party is in an audience or not."""
    from zhike.insight.audiences import api as audiences

    who = principal()
    found = audiences.audience(_audience(options.audience), principal=who)
    explained = audiences.explain(found.condition, party=_party(options.party), principal=who)
    text = output.words("在客群中", "in the audience") if explained.member else output.words("不在客群中", "not in it")
    output.result({"member": explained.member, "tree": explained.tree}, text)


def _audience(text: str) -> uuid.UUID:
    from zhike.insight.audiences import api as audiences

    uid = parse_uid(text)
    if uid is not None:
        return uid
    known = audiences.audiences(principal=principal())
    found = next((a for a in known if a.name == text), None)
    if found is None:
        raise NotFound(kind="audience", id=text)
    return found.uid


def _party(text: str) -> uuid.UUID:
    from zhike.platform.objects import api as objects
    from zhike.platform.objects import catalogue
    from zhike.platform.objects.types import RecordQuery

    uid = parse_uid(text)
    if uid is not None:
        return uid
    party = catalogue.object_with_role("party").key
    rows = objects.page(RecordQuery(party, text=text, limit=2), principal=principal()).rows
    if len(rows) != 1:
        raise NotFound(kind=party, id=text)
    return rows[0].uid
