"""`zhike serve --all`: everything comes up, what dies is said and started again, Ctrl-C leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

CUSTOMERS, DAYS = 60, 40


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def family(pid: int) -> dict[int, str]:
    """Return the commands of the living descendants of a process by id."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            text = path.read_text()
            state, parent = text.rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                child = int(path.parent.name)
                command = (path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found |= {child: command, **family(child)}
    return found


def until(what: str, answer, seconds: float = 20):  # type: ignore[no-untyped-def]
    """Ask other processes until there is an answer, as there is no event to wait for; fail when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if found := answer():
                return found
        time.sleep(0.05)
    raise AssertionError(f"never: {what}")


def environment(home):
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return kept | {"ZHIKE_HOME": str(home), "ZHIKE_SMTP_PORT": str(free_port()), "PYTHONPATH": "."}


def serving(*options):
    return [sys.executable, "-m", "zhike.cli", "serve", "--json", *map(str, options)]


def refused(home, *options):
    """Start a server that does not come up; return its exit code and what it said of that."""
    done = subprocess.run(
        serving(*options), env=environment(home), capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, [json.loads(line) for line in done.stderr.splitlines()], done.stdout


class Installation:
    """A running `serve --all` and what it says."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.process = subprocess.Popen(
            serving("--all", "--customers", CUSTOMERS, "--days", DAYS, "--port", self.port),
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._said: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        assert self.process.stdout is not None
        self.announced = json.loads(self.process.stdout.readline() or "{}")

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._said.put(line.strip())

    def says(self, wanted: str) -> bool:
        """Wait for a line on standard error."""
        heard = []
        with contextlib.suppress(queue.Empty):
            while True:
                heard.append(self._said.get(timeout=20))
                if heard[-1] == wanted:
                    return True
        raise AssertionError(f"never said {wanted!r}, but {heard}")

    def part(self, name: str) -> int:
        """Return the id of the child whose command holds `name`; wait for it."""
        return until(name, lambda: next((p for p, c in family(self.process.pid).items() if name in c), 0))

    def healthy(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
            return answer.status == 200


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    home = tmp_path_factory.mktemp("served")
    home.chmod(0o755)
    started = Installation(home)
    yield started
    if started.process.poll() is None:
        started.process.kill()
        started.process.wait(10)


def test_everything_comes_up_and_the_sign_ins_are_printed(installation):
    assert installation.healthy(), "the address was printed before it answered"
    assert installation.announced["address"] == f"http://127.0.0.1:{installation.port}/"
    assert [row["role"] for row in installation.announced["sign_ins"]] == [
        "客户经理",
        "营业部负责人",
        "区域负责人",
        "总部管理",
        "运营",
        "数据管理员",
        "合规管理",
    ]
    assert installation.part("zhike.cli worker") and installation.part("granian") and installation.part("postgres -D")


def test_what_it_writes_is_closed_to_everybody_else_on_the_machine(installation):
    assert until("healthy", installation.healthy)
    written = [installation.home, *installation.home.rglob("*")]
    assert {"warehouse", "sample", "secrets"} <= {path.name for path in written}
    assert [str(path) for path in written if path.exists() and path.stat().st_mode & 0o077] == []


def test_the_passwords_of_a_trial_are_for_trying(installation):
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    address = f"http://127.0.0.1:{installation.port}"

    def asked(path, body=None, token=""):
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "X-CSRFToken": token}
        return json.load(browser.open(urllib.request.Request(address + path, sent, headers), timeout=20))

    one = installation.announced["sign_ins"][0]
    who = {"username": one["employee_no"], "password": one["password"]}
    asked("/_allauth/browser/v1/auth/login", who, asked("/api/v1/session")["csrf"])
    assert asked("/api/v1/me")["password_due"] == ""
    assert asked("/api/v1/work")["items"] is not None


def test_a_second_server_of_a_home_is_told_who_runs_it(installation):
    code, said, printed = refused(installation.home, "--port", free_port())

    assert (code, [one["code"] for one in said], printed) == (1, ["serve.already"], "")
    assert said[0]["facts"]["pid"] == installation.process.pid
    assert said[0]["facts"]["since"][:4] >= "2026"
    assert (
        installation.announced["address"] in said[0]["message"] and str(installation.process.pid) in said[0]["message"]
    )
    assert installation.healthy()


def test_a_port_that_is_taken_is_said_once_before_anything_is_prepared(installation, tmp_path):
    code, said, printed = refused(tmp_path, "--all", "--port", installation.port)

    assert (code, [one["code"] for one in said], printed) == (1, ["serve.port_taken"], "")
    assert said[0]["facts"]["port"] == installation.port
    assert [path.name for path in tmp_path.iterdir()] == ["serve.lock"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("zhike.cli worker", "!! 后台任务 意外退出（代码 -9），正在重启"),
        ("granian", "!! 网页服务 意外退出（代码 -9），正在重启"),
        ("postgres -D", "!! 数据库意外退出，已重启"),
    ],
)
def test_a_part_that_is_killed_is_said_and_started_again(installation, name, said):
    before = installation.part(name)
    os.kill(before, signal.SIGKILL)

    assert installation.says(said)
    assert until(f"another {name}", lambda: installation.part(name) != before)
    assert until("healthy", installation.healthy)


def test_ctrl_c_leaves_no_process(installation):
    running = family(installation.process.pid)
    assert len(running) >= 4

    installation.process.send_signal(signal.SIGINT)

    assert installation.process.wait(30) == 0
    assert until("silence", lambda: not [pid for pid in running if Path(f"/proc/{pid}").exists()])
