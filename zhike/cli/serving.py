"""Running the product: one supervisor, its parts as child processes; a part that dies is shown and started again."""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import FrameType

from zhike.cli.installation import home, opened
from zhike.cli.output import Output
from zhike.kernel.errors import Unavailable
from zhike.server.embedded.postgres import EmbeddedPostgres

_IDLE_SECONDS = 0.5
_RESTART_SECONDS = 1.0
_STOP_SECONDS = 10
_SMTP_PORT = 2525


class Part:
    """A child process that is kept running."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the part; it dies with the supervisor, whatever happens to it."""
        self._process = subprocess.Popen(self._command, start_new_session=True, preexec_fn=_die_with_parent)

    def watch(self) -> None:
        """Start the part again if it died, and say so."""
        if self._process is None or self._process.poll() is None:
            return
        self._end_children(self._process.pid)
        print(f"!! {self.name} 意外退出（代码 {self._process.returncode}），正在重启", file=sys.stderr, flush=True)
        time.sleep(_RESTART_SECONDS)
        self.start()

    def stop(self) -> None:
        """Ask the part to end, then make it."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._end_children(self._process.pid)

    @staticmethod
    def _end_children(group: int) -> None:
        """Kill what a part that is gone has started: the web server's own worker outlives it otherwise."""
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def serve(options: argparse.Namespace, output: Output) -> int:
    """Run database, server and, with `--all`, worker and mail catcher until Ctrl-C."""
    _require_free(options.host, options.port)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    database = None if os.environ.get("DATABASE_URL") else EmbeddedPostgres(home())
    with ExitStack() as stack:
        if database is not None:
            os.environ["DATABASE_URL"] = database.start()
            stack.callback(database.stop)
        sign_ins: list[dict[str, str]] = []
        with opened():
            from zhike.cli import trial

            if options.all:
                stack.callback(_catch_mail())
                sign_ins = trial.prepare(options, output)
            outdated = trial.outdated_packs()
        stopping = _stopped_by_signals()
        parts = [Part("网页服务", _server_command(options))]
        if options.all:
            parts.append(Part("后台任务", [sys.executable, "-m", "zhike.cli", "worker"]))
        for part in parts:
            part.start()
            stack.callback(part.stop)
        _announce(options, sign_ins, output)
        if outdated:
            print(
                f"!! {output.words('业务包', 'Packs:')} {outdated[output.lang]}: zhike pack plan, zhike pack apply",
                file=sys.stderr,
                flush=True,
            )
        while not stopping.wait(_IDLE_SECONDS):
            if database is not None and database.restart_if_dead():
                print("!! 数据库意外退出，已重启", file=sys.stderr, flush=True)
            for part in parts:
                part.watch()
    return 0


def _stopped_by_signals() -> threading.Event:
    """Return what Ctrl-C and SIGTERM set from now on; until then they interrupt the preparation."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopping


def _require_free(host: str, port: int) -> None:
    """Raise Unavailable when something else listens where the server is to listen."""
    if not _free(host, port):
        raise Unavailable(what=f"{host}:{port}", remedy=f"端口被占用，请换一个 / port taken: --port {port + 1}")


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _server_command(options: argparse.Namespace) -> list[str]:
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        options.host,
        "--port",
        str(options.port),
        "--workers",
        str(options.processes),
        "--blocking-threads",
        str(2 * (os.cpu_count() or 1) + 1),
        "--log-level",
        "warning",
        "--no-ws",
        "zhike.server.wsgi:application",
    ]


def _catch_mail() -> Callable[[], object]:
    """Catch the trial's mail in a folder instead of sending it anywhere; return how to stop that.

    A second installation on the machine finds the usual port taken and gets another; its worker is told by the environment.
    """
    if os.environ.get("ZHIKE_SMTP_HOST"):
        return lambda: None
    from aiosmtpd.controller import Controller

    from zhike.cli.mail_catcher import Catcher

    port = int(os.environ.get("ZHIKE_SMTP_PORT", _SMTP_PORT))
    if not _free("127.0.0.1", port):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    os.environ["ZHIKE_SMTP_PORT"] = str(port)
    controller = Controller(Catcher(home() / "mail"), hostname="127.0.0.1", port=port)
    controller.start()
    return controller.stop


def _announce(options: argparse.Namespace, sign_ins: list[dict[str, str]], output: Output) -> None:
    address = f"http://{options.host}:{options.port}/"
    lines = [f"知客已启动：{address}"]
    lines += [
        f"  {row['role']:<8} 工号 {row['employee_no']}  密码 {row['password']}  （{row['name']}）" for row in sign_ins
    ]
    if sign_ins:
        lines.append(_where_mail_goes())
    output.result({"address": address, "sign_ins": sign_ins}, "\n".join(lines))
    sys.stdout.flush()


def _where_mail_goes() -> str:
    host = os.environ.get("ZHIKE_SMTP_HOST")
    if host:
        return f"  邮件经 {host} 真实发出。按 Ctrl-C 停止。"
    return f"  试用邮件保存在 {home() / 'mail'}，不会发出。按 Ctrl-C 停止。"


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
