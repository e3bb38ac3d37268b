"""One running product for all browser tests: the sample broker of 1,200 customers up to 2026-03-17, its worker, its mail."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.environment import HOME

CUSTOMERS, DAYS, END = 1_200, 70, "2026-03-17"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass(frozen=True)
class Live:
    """A running installation."""

    address: str
    home: Path
    sign_ins: dict[str, dict[str, str]]

    def zhike(self, *arguments: str) -> dict:
        """Run a command on the installation and return its JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "zhike.cli", "--json", *arguments], env=_environment(self.home), capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    def mails(self) -> list[str]:
        """The messages the mail catcher has kept."""
        return [path.read_text(encoding="utf-8") for path in (self.home / "mail").glob("*.eml")]


def _environment(home: Path) -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        smtp = free.getsockname()[1]
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "ZHIKE_HOME", "DJANGO_SETTINGS_MODULE")}
    return {**kept, "ZHIKE_HOME": str(home), "ZHIKE_SMTP_PORT": str(smtp), "PYTHONPATH": "."}


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    """The product, started as `make run` starts it."""
    if BROWSER is None:
        pytest.skip("no Chromium: sudo apt-get install -y chromium fonts-noto-cjk")
    home = HOME / "live"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (HOME / "live.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "zhike.cli", "--json", "serve", "--all", "--port", str(port), "--customers", str(CUSTOMERS),
         "--days", str(DAYS), "--end", END],
        env=_environment(home), stdout=subprocess.PIPE, stderr=log, text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, (HOME / "live.log").read_text()[-3000:]
    started = json.loads(line)
    _wait(port)
    yield Live(started["address"].rstrip("/"), home, {row["role"]: row for row in started["sign_ins"]})
    process.send_signal(signal.SIGINT)
    process.wait(60)
    log.close()


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
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return {"executable_path": BROWSER, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args() -> dict:
    """A desk of 1440 × 900 in Chinese."""
    return {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


def sign_in(page: Page, live: Live, role: str) -> None:
    """Sign in by the screen as the trial's holder of a role."""
    who = live.sign_ins[role]
    page.goto(live.address)
    page.get_by_test_id("sign-in-employee-no").fill(who["employee_no"])
    page.get_by_test_id("sign-in-password").fill(who["password"])
    page.get_by_test_id("sign-in-submit").click()
    page.get_by_test_id("menu-home").wait_for()
