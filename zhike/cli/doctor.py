"""`zhike doctor`: what is wrong with an installation, and what to do about it."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from zhike.cli import trial
from zhike.cli.installation import home, opened
from zhike.cli.output import Output
from zhike.kernel import clock
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import ZhikeError

_FREE_DISK = 5 << 30
_TITLES = {"what": ("检查项", "What"), "found": ("发现", "Found"), "remedy": ("处理办法", "Remedy")}


class Trouble(NamedTuple):
    """One thing that is wrong: what it is about (a key), what was found and what to do."""

    what: str
    found: Labels
    remedy: Labels


def doctor(_options: argparse.Namespace, output: Output) -> int:
    """Look at database, disk and pages; each finding says what to do. Exit code 1 when there is one."""
    troubles = [*_of_the_machine(), *_of_the_installation()]
    if troubles or output.as_json:
        rows = [
            {"what": one.what, "found": one.found[output.lang], "remedy": one.remedy[output.lang]} for one in troubles
        ]
        output.table(rows, output.titles(_TITLES))
    else:
        output.result({}, output.words("没有发现问题", "Nothing was found"))
    return 1 if troubles else 0


def _of_the_machine() -> Iterator[Trouble]:
    home().mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(home()).free
    if free < _FREE_DISK:
        found = Labels(f"剩余 {free >> 30} GiB", f"{free >> 30} GiB free")
        yield Trouble(
            "disk", found, Labels("至少腾出 5 GiB，或改用别的 ZHIKE_HOME", "free at least 5 GiB or move ZHIKE_HOME")
        )
    if not os.access(home(), os.W_OK):
        found = Labels(f"{home()} 不可写", f"{home()} is not writable")
        yield Trouble("home", found, Labels("改用别的 ZHIKE_HOME", "choose another ZHIKE_HOME"))


def _of_the_installation() -> list[Trouble]:
    try:
        with opened():
            return [*_of_definitions(), *_of_pages(), *_of_the_database(), *_of_packs(), *_of_runs(), *stale_sources()]
    except ZhikeError as error:
        said = Labels(error.message("zh"), error.message("en"))
        remedy = error.facts.get("remedy")
        return [Trouble("database", said, Labels(str(remedy), str(remedy)) if remedy else _CHECK_URL)]
    except OSError as error:
        return [Trouble("database", Labels(str(error), str(error)), _CHECK_URL)]
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"[:200]
        look = Labels("检查 DATABASE_URL 和数据库日志", "check DATABASE_URL and the server's log")
        return [Trouble("database", Labels(fault, fault), look)]


_CHECK_URL = Labels("检查 DATABASE_URL", "check DATABASE_URL")


def _of_definitions() -> Iterator[Trouble]:
    from zhike.kernel import definition_store

    for kind, key, why in definition_store.set_aside():
        said = f"{kind} {key}: {why}"[:300]
        remedy = Labels("请改正：zhike definition change 文件", "correct it: zhike definition change FILE")
        yield Trouble("definition", Labels(said, said), remedy)


def _of_pages() -> Iterator[Trouble]:
    from django.conf import settings

    if not (settings.PAGES / "index.html").exists():
        found = Labels(f"{settings.PAGES} 中没有页面文件", f"none in {settings.PAGES}")
        yield Trouble("pages", found, Labels("make web", "make web"))


def _of_the_database() -> Iterator[Trouble]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('server_version_num')::int, datcollate from pg_database where datname = current_database()"
        )
        version, collation = cursor.fetchone()
    if version < 150_000:
        said = f"PostgreSQL {version // 10_000}"
        yield Trouble(
            "database", Labels(said, said), Labels("请用 PostgreSQL 15 或更新版本", "use PostgreSQL 15 or newer")
        )
    if "UTF" not in str(collation).upper():
        remedy = Labels("用 C.UTF-8 区域重建数据库", "create the database with locale C.UTF-8")
        yield Trouble("database", Labels(f"排序规则 {collation}", f"collation {collation}"), remedy)


def _of_packs() -> Iterator[Trouble]:
    from zhike.kernel import definitions

    if not definitions.snapshot().written:
        yield Trouble(
            "packs", Labels("尚未应用任何业务包", "none applied"), Labels("zhike pack apply", "zhike pack apply")
        )
    if outdated := trial.outdated_packs():
        remedy = Labels("先 zhike pack plan，再 zhike pack apply", "zhike pack plan, then zhike pack apply")
        yield Trouble("packs", outdated, remedy)


def _of_runs() -> Iterator[Trouble]:
    from zhike.kernel.models import Run

    stuck = Run.objects.filter(state=Run.State.RUNNING, started_at__lt=clock.now() - timedelta(hours=6)).count()
    if stuck:
        found = Labels(f"{stuck} 个任务已运行超过 6 小时", f"{stuck} running for over 6 hours")
        remedy = Labels("查看数据页；重启后台进程", "look at the load page; restart the worker")
        yield Trouble("runs", found, remedy)


def stale_sources() -> list[Trouble]:
    """Return the sources without a recent file; an installation that never received any has nothing to be late with."""
    from zhike.insight.warehouse import api as warehouse
    from zhike.insight.warehouse import received
    from zhike.kernel.trading_days import trading_calendar

    expected = trading_calendar().near(clock.today(), -1)
    if warehouse.business_date() is None or expected is None:
        return []
    return [
        Trouble(
            f"source {found.facts['source']}",
            Labels(found.message, found.message_en),
            Labels(
                f"请向{found.facts['owner']}索取文件并装载（数据页或 `zhike load`）",
                f"ask {found.facts['owner']} for the file, then load it (loads page or `zhike load`)",
            ),
        )
        for found in received.stale_sources(expected)
    ]
