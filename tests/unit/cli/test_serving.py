"""What whoever starts the product is told, and what is not tried again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from zhike.cli import serving
from zhike.cli.one_server import AlreadyServed, only_server
from zhike.cli.serving import DidNotStart, Part, PortTaken, _where_mail_goes


def test_it_is_said_that_mail_leaves_where_it_does(monkeypatch, tmp_path):
    monkeypatch.setenv("ZHIKE_HOME", str(tmp_path))
    monkeypatch.delenv("ZHIKE_SMTP_HOST", raising=False)
    assert _where_mail_goes() == f"  试用邮件保存在 {tmp_path / 'mail'}，不会发出。按 Ctrl-C 停止。"
    monkeypatch.setenv("ZHIKE_SMTP_HOST", "mail.example.com")
    assert _where_mail_goes() == "  邮件经 mail.example.com 真实发出。按 Ctrl-C 停止。"


class Ended(Part):
    """A part that ends at once, and counts how often it was started."""

    started = 0

    def start(self):
        super().start()
        self.started += 1
        self._process.wait(20)


def ended(require=lambda: None):
    part = Ended("网页服务", [sys.executable, "-c", "raise SystemExit(3)"], require)
    part.start()
    return part


@pytest.fixture
def taken():
    """A port that another program listens on, and how a part requires it."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        yield lambda: serving._require_free("127.0.0.1", port)


def test_a_server_that_never_answered_is_not_started_again():
    part = ended()
    with pytest.raises(DidNotStart) as refused:
        part.watch(has_answered=False)
    assert (part.started, refused.value.facts) == (1, {"exit_code": 3})


def test_one_that_answered_is_started_again_unless_its_port_is_taken(monkeypatch, taken):
    monkeypatch.setattr(serving, "_RESTART_SECONDS", 0)
    part = ended()
    part.watch()
    assert part.started == 2

    part._require = taken
    for has_answered in (True, False):
        with pytest.raises(PortTaken):
            part.watch(has_answered=has_answered)
    assert part.started == 2


def test_another_program_at_the_address_is_no_answer_of_ours():
    program = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as other:
        assert other.stdout is not None
        port = int(other.stdout.readline().split("port ")[1].split()[0])
        assert not serving._answers("127.0.0.1", port)
        other.kill()


def test_a_home_has_one_server_and_is_free_once_that_has_ended(tmp_path):
    home = tmp_path / "home"
    with only_server(home, "http://127.0.0.1:8000/"):
        with pytest.raises(AlreadyServed) as refused, only_server(home, "http://127.0.0.1:8001/"):
            pass
        told = refused.value.message("zh")
        assert f"进程 {os.getpid()}" in told and "http://127.0.0.1:8000/" in told and "8001" not in told
    with only_server(home, "http://127.0.0.1:8001/"):
        pass
