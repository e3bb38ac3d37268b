"""Two running products for the browser tests: the sample broker of 1,200 customers up to 2026-03-17, and the golden day."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import Page

from tests.environment import HOME
from zhike.server.embedded.postgres import EmbeddedPostgres

CUSTOMERS, DAYS, END = 1_200, 70, "2026-03-17"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass(frozen=True)
class Live:
    """A running installation."""

    address: str
    home: Path
    sign_ins: dict[str, dict[str, str]]

    def zhike(self, *arguments: str, at: datetime | None = None) -> dict:
        """Run a command on the installation, `at` some instant of its own, and return its JSON."""
        command = ["-m", "zhike.cli"] if at is None else ["-c", _AT, at.isoformat()]
        done = subprocess.run(
            [sys.executable, *command, "--json", *arguments],
            env=_environment(self.home),
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    def mails(self) -> list[str]:
        """The messages the mail catcher has kept."""
        return [path.read_text(encoding="utf-8") for path in (self.home / "mail").glob("*.eml")]


_AT = """
import sys
from datetime import datetime
from zhike.cli.main import main
from zhike.kernel import clock
with clock.travel(datetime.fromisoformat(sys.argv[1])):
    sys.exit(main(sys.argv[2:]))
"""


def _environment(home: Path) -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        smtp = free.getsockname()[1]
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "ZHIKE_HOME", "DJANGO_SETTINGS_MODULE")}
    return {**kept, "ZHIKE_HOME": str(home), "ZHIKE_SMTP_PORT": str(smtp), "PYTHONPATH": "."}


@contextmanager
def served(home: Path, *arguments: str) -> Iterator[Live]:
    """The product, started as `make run` starts it, and stopped as Ctrl-C stops it."""
    if BROWSER is None:
        pytest.skip("no Chromium: sudo apt-get install -y chromium fonts-noto-cjk")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = home.with_suffix(".log")
    log = said.open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "zhike.cli", "--json", "serve", "--all", "--port", str(port), *arguments],
        env=_environment(home),
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, said.read_text()[-3000:]
    started = json.loads(line)
    _wait(port)
    yield Live(started["address"].rstrip("/"), home, {row["role"]: row for row in started["sign_ins"]})
    process.send_signal(signal.SIGINT)
    process.wait(60)
    log.close()


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    """The sample broker."""
    with served(HOME / "live", "--customers", str(CUSTOMERS), "--days", str(DAYS), "--end", END) as running:
        yield running


@pytest.fixture(scope="session")
def golden_live(tmp_path_factory) -> Iterator[Live]:  # type: ignore[no-untyped-def]
    """The golden day, loaded by the commands a broker's own files are loaded with, on the morning after."""
    from tests.factories import golden

    home = HOME / "golden"
    shown = Live("", home, {})
    shown.zhike("pack", "apply", "--yes")
    calendar = golden.calendar()
    files = tmp_path_factory.mktemp("golden")
    day = golden.write(files, calendar)
    loaded = shown.zhike("load", "packs/securities", "--from", str(files))
    assert {row["state"] for row in loaded["loads"]} == {"done"}
    shown.zhike("stage", "run", day.isoformat())
    morning = datetime.combine(calendar.add(day, 1), time(9, 30), ZoneInfo("Asia/Shanghai"))
    with _database(home) as connection:
        connection.execute('insert into kernel_clocksetting ("offset") values (%s)', [morning - datetime.now(UTC)])
    with served(home) as running:
        yield running


@contextmanager
def _database(home: Path) -> Iterator[psycopg.Connection]:
    server = EmbeddedPostgres(home)
    try:
        with psycopg.connect(server.start()) as connection:
            yield connection
    finally:
        server.stop()


def _wait(port: int) -> None:
    for _attempt in range(600):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        subprocess.run(["sleep", "0.1"], check=False)
    raise AssertionError("the server did not answer in 60 s")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """Chromium of the machine; nothing is downloaded."""
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    return {"executable_path": BROWSER, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args() -> dict:
    """A desk of 1440 × 900 in Chinese."""
    return {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


def sign_in(page: Page, live: Live, role: str, menu: str = "menu-home") -> None:
    """Sign in by the screen as the trial's holder of a role, until an entry of the menu is there."""
    who = live.sign_ins[role]
    page.goto(live.address)
    page.get_by_test_id("sign-in-employee-no").fill(who["employee_no"])
    page.get_by_test_id("sign-in-password").fill(who["password"])
    page.get_by_test_id("sign-in-submit").click()
    page.get_by_test_id(menu).wait_for()
