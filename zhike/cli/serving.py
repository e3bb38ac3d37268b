"""Running the product: one supervisor, its parts as child processes; a part that dies is shown and started again."""

from __future__ import annotations

import argparse
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import FrameType

from zhike.cli.installation import home, opened
from zhike.cli.one_server import only_server
from zhike.cli.output import Output
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import ZhikeError
from zhike.server.embedded.postgres import EmbeddedPostgres

_IDLE_SECONDS = 0.5
_RESTART_SECONDS = 1.0
_STOP_SECONDS = 10
_ANSWER_SECONDS = 5
_SMTP_PORT = 2525


class PortTaken(ZhikeError):
    """Something else listens where the server is to listen."""

    code = "serve.port_taken"
    status = 409
    zh = "{host}:{port} 已被其他程序占用。请停止该程序，或换一个端口：--port {other}"
    en = "{host}:{port} is taken by another program. Stop it, or choose another port: --port {other}"


class DidNotStart(ZhikeError):
    """The web server ended before it answered anything: another try would end the same way."""

    code = "serve.did_not_start"
    status = 500
    zh = "网页服务无法启动（退出代码 {exit_code}），原因见上"
    en = "The web server does not start (exit code {exit_code}); see above why"


class Part:
    """A child process that is kept running; `require` raises where it cannot be started now."""

    def __init__(self, name: str, command: list[str], require: Callable[[], None] = lambda: None) -> None:
        self.name = name
        self._command = command
        self._require = require
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the part; it dies with the supervisor, whatever happens to it."""
        self._require()
        self._process = subprocess.Popen(self._command, start_new_session=True, preexec_fn=_die_with_parent)

    def watch(self, *, has_answered: bool = True) -> None:
        """Start the part again if it died, and say so; raise DidNotStart for one that never answered."""
        if self._process is None or self._process.poll() is None:
            return
        self._end_children(self._process.pid)
        if not has_answered:
            self._require()
            raise DidNotStart(exit_code=self._process.returncode)
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
    with only_server(home(), _address(options)):
        _require_free(options.host, options.port)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        _serve(options, output)
    return 0


def _serve(options: argparse.Namespace, output: Output) -> None:
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
        web = Part("网页服务", _server_command(options), lambda: _require_free(options.host, options.port))
        parts = [web]
        if options.all:
            parts.append(Part("后台任务", [sys.executable, "-m", "zhike.cli", "worker"]))
        for part in parts:
            part.start()
            stack.callback(part.stop)
        has_answered = False
        while not stopping.wait(_IDLE_SECONDS):
            if database is not None and database.restart_if_dead():
                print("!! 数据库意外退出，已重启", file=sys.stderr, flush=True)
            for part in parts:
                part.watch(has_answered=has_answered or part is not web)
            if not has_answered and _answers(options.host, options.port):
                has_answered = True
                _announce(options, sign_ins, output)
                _tell_outdated(outdated, output)


def _answers(host: str, port: int) -> bool:
    """Return whether our server answers there, whatever it answers: it gives back the mark of a question."""
    mark = str(uuid.uuid4())
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    asked = urllib.request.Request(f"http://{reached}:{port}/healthz", headers={"X-Request-Id": mark})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(asked, timeout=_ANSWER_SECONDS) as answer:
            return bool(answer.headers["X-Request-Id"] == mark)
    except urllib.error.HTTPError as error:
        return bool(error.headers["X-Request-Id"] == mark)
    except (OSError, http.client.HTTPException):
        return False


def _tell_outdated(outdated: Labels | None, output: Output) -> None:
    if outdated:
        print(
            f"!! {output.words('业务包', 'Packs:')} {outdated[output.lang]}: zhike pack plan, zhike pack apply",
            file=sys.stderr,
            flush=True,
        )


def _stopped_by_signals() -> threading.Event:
    """Return what Ctrl-C and SIGTERM set from now on; until then they interrupt the preparation."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopping


def _require_free(host: str, port: int) -> None:
    """Raise PortTaken when something else listens where the server is to listen."""
    if not _free(host, port):
        raise PortTaken(host=host, port=port, other=port + 1)


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


def _address(options: argparse.Namespace) -> str:
    return f"http://{options.host}:{options.port}/"


def _announce(options: argparse.Namespace, sign_ins: list[dict[str, str]], output: Output) -> None:
    address = _address(options)
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
