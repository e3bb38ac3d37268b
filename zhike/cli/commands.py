"""The subcommands that work on an installation. Each acts as the system principal and makes one call of a door."""

from __future__ import annotations

import argparse
import os
import shutil
import uuid
from dataclasses import asdict
from datetime import timedelta

from zhike.cli import trial
from zhike.cli.installation import home, opened, principal
from zhike.cli.output import Output
from zhike.kernel import clock
from zhike.kernel.errors import NotFound, ZhikeError
from zhike.kernel.ids import parse_uid

_FREE_DISK = 5 << 30
#: The definition of who is who that the sample broker's planted duplicates are about.
_SAMPLE_IDENTITY = "party"
_STATES = {
    "done": ("完成", "done"),
    "failed": ("失败", "failed"),
    "cancelled": ("已取消", "cancelled"),
    "running": ("进行中", "running"),
    "waiting": ("等待", "waiting"),
}
_FINDINGS = {"what": ("检查项", "What"), "found": ("发现", "Found"), "remedy": ("处理办法", "Remedy")}


class ConsentNeeded(ZhikeError):
    """A command that cannot be undone, without consent."""

    code = "cli.consent_needed"
    status = 409
    zh = "“{what}”的以下内容将被永久清除：{fields}。确认后用 --yes 执行"
    en = "These values of '{what}' would be wiped for good: {fields}. Run again with --yes to consent"


def sample(options: argparse.Namespace, output: Output) -> None:
    """Generate and load the sample broker."""
    made = trial.load_sample(options.customers, options.days, options.end, options.seed, output)
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
    from zhike.kernel import jobs

    params = {"business_date": options.business_date.isoformat()}
    run = jobs.run_now("stage", f"夜间加工 {options.business_date}", params, output.progress)
    output.result(
        {"run": run.uid, "state": run.state, "result": run.result},
        f"{options.business_date} {output.words(*_STATES[str(run.state)])}",
    )


def erase(options: argparse.Namespace, output: Output) -> None:
    """Wipe the personal values of a record for good (PIPL art. 47)."""
    from zhike.kernel import event_delivery
    from zhike.platform.objects import api as objects
    from zhike.platform.objects import catalogue

    owner = catalogue.describe(options.object)
    if not options.yes:
        personal = [field.key for field in owner.fields.values() if field.personal]
        raise ConsentNeeded(what=f"{owner.key} {options.uid}", fields=personal)
    done = objects.erase(owner.key, options.uid, reason=options.reason, principal=principal())
    event_delivery.deliver_all()  # what other rooms noted about the person goes now, worker or not
    shown = {"uid": done.uid, "erased_at": done.at, "again": done.again, "fields": done.fields}
    related = output.words("、", ", ").join(f"{key} {count}" for key, count in done.related.items())
    text = output.words(
        f"{done.uid} 已清除（{done.at:%Y-%m-%d %H:%M}），相关记录：{related or '无'}，变更记录 {done.journal} 条",
        f"{done.uid} wiped ({done.at:%Y-%m-%d %H:%M}), related records: {related or 'none'},"
        f" entries of the journal: {done.journal}",
    )
    output.result({**shown, "related": done.related, "journal": done.journal}, text)


def audience_count(options: argparse.Namespace, output: Output) -> None:
    """Count an audience on the published data."""
    from zhike.insight.audiences import api as audiences

    count, business_date = audiences.count_now(_audience(options.audience), principal=principal())
    text = output.words(f"{count} 户，数据截至 {business_date}", f"{count} customers, data as of {business_date}")
    output.result({"count": count, "business_date": business_date}, text)


def audience_snapshot(options: argparse.Namespace, output: Output) -> None:
    """Freeze an audience."""
    from zhike.insight.audiences import api as audiences

    taken = audiences.take_snapshot(_audience(options.audience), principal=principal())
    shown = {"uid": taken.uid, "count": taken.count, "business_date": taken.business_date}
    text = output.words(
        f"{taken.count} 户，数据截至 {taken.business_date}",
        f"{taken.count} customers, data as of {taken.business_date}",
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


def doctor(_options: argparse.Namespace, output: Output) -> int:
    """Look at database, disk and pages; each finding says what to do. Exit code 1 when there is one."""
    findings: list[dict[str, str]] = []
    home().mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(home()).free
    if free < _FREE_DISK:
        findings.append(
            {"what": "disk", "found": f"{free >> 30} GiB free", "remedy": "free at least 5 GiB or move ZHIKE_HOME"}
        )
    if not os.access(home(), os.W_OK):
        findings.append({"what": "home", "found": f"{home()} is not writable", "remedy": "choose another ZHIKE_HOME"})
    try:
        with opened():
            findings += _installation_findings()
    except (ZhikeError, OSError) as error:
        remedy = str(getattr(error, "facts", {}).get("remedy", "check DATABASE_URL"))
        findings.append({"what": "database", "found": str(error), "remedy": remedy})
    except Exception as error:
        findings.append(
            {
                "what": "database",
                "found": f"{type(error).__name__}: {error}"[:200],
                "remedy": "check DATABASE_URL and the server's log",
            }
        )
    if findings or output.as_json:
        output.table(findings, output.titles(_FINDINGS))
    else:
        output.result({}, output.words("没有发现问题", "Nothing was found"))
    return 1 if findings else 0


def _installation_findings() -> list[dict[str, str]]:
    from django.conf import settings
    from django.db import connection

    from zhike.kernel import definition_store, definitions
    from zhike.kernel.models import Run

    findings = [
        {
            "what": "definition",
            "found": f"{kind} {key}: {why}"[:300],
            "remedy": "correct it: zhike definition change FILE",
        }
        for kind, key, why in definition_store.set_aside()
    ]
    if not (settings.PAGES / "index.html").exists():
        findings.append({"what": "pages", "found": f"none in {settings.PAGES}", "remedy": "make web"})
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('server_version_num')::int, datcollate from pg_database where datname = current_database()"
        )
        version, collation = cursor.fetchone()
    if version < 150_000:
        findings.append(
            {"what": "database", "found": f"PostgreSQL {version // 10_000}", "remedy": "use PostgreSQL 15 or newer"}
        )
    if "UTF" not in str(collation).upper():
        findings.append(
            {"what": "database", "found": f"collation {collation}", "remedy": "create the database with locale C.UTF-8"}
        )
    if not definitions.snapshot().written:
        findings.append({"what": "packs", "found": "none applied", "remedy": "zhike pack apply"})
    if outdated := trial.outdated_packs():
        findings.append({"what": "packs", "found": outdated, "remedy": "zhike pack plan, then zhike pack apply"})
    stuck = Run.objects.filter(state=Run.State.RUNNING, started_at__lt=clock.now() - timedelta(hours=6)).count()
    if stuck:
        findings.append(
            {
                "what": "runs",
                "found": f"{stuck} running for over 6 hours",
                "remedy": "look at the load page; restart the worker",
            }
        )
    return findings + _stale_sources()


def _stale_sources() -> list[dict[str, str]]:
    """Sources without a recent file; an installation that never received any has nothing to be late with."""
    from zhike.insight.warehouse import api as warehouse
    from zhike.insight.warehouse import received
    from zhike.kernel.trading_days import trading_calendar

    if warehouse.business_date() is None:
        return []
    expected = trading_calendar().add(clock.today(), -1)
    return [
        {
            "what": f"source {found.facts['source']}",
            "found": found.message_en,
            "remedy": f"ask {found.facts['owner']} for the file, then load it (loads page or `zhike load`)",
        }
        for found in received.stale_sources(expected)
    ]


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
