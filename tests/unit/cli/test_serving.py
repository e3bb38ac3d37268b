"""What whoever starts the product is told."""

from __future__ import annotations

from zhike.cli.serving import _where_mail_goes


def test_it_is_said_that_mail_leaves_where_it_does(monkeypatch, tmp_path):
    monkeypatch.setenv("ZHIKE_HOME", str(tmp_path))
    monkeypatch.delenv("ZHIKE_SMTP_HOST", raising=False)
    assert _where_mail_goes() == f"  试用邮件保存在 {tmp_path / 'mail'}，不会发出。按 Ctrl-C 停止。"
    monkeypatch.setenv("ZHIKE_SMTP_HOST", "mail.example.com")
    assert _where_mail_goes() == "  邮件经 mail.example.com 真实发出。按 Ctrl-C 停止。"
