"""Mail over TLS goes to the server that was meant, or to nobody."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.factories.records import build_firm, customer
from tests.integration.engagement.conftest import Mailbox
from zhike.engagement.channels import api as channels
from zhike.kernel.definition_parts import Labels

ORIGIN = uuid.UUID(int=81)
pytestmark = pytest.mark.django_db


def certificate(folder, address):
    """A certificate that its owner has signed, for the server at an address; the file of it, and the one of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    kept, secret = folder / "mail.pem", folder / "mail.key"
    kept.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return kept, secret


def served(folder, address="127.0.0.1"):
    """A mail server that takes mail over TLS only, with its certificate; started."""
    kept, secret = certificate(folder, address)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(kept, secret)
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True)
    controller.start()
    box.settings = {"host": "127.0.0.1", "port": port, "sender": "service@zhike.example", "tls": True}
    return box, kept, controller


def enqueue():
    build_firm()
    party = customer("客户", email="a@example.com").id
    channels.enqueue(
        [(1, party)], origin_kind="campaign", origin_uid=ORIGIN, channel="email", template="service_checkup"
    )


def test_a_server_whose_certificate_nobody_vouches_for_gets_no_mail(tmp_path):
    enqueue()
    box, _kept, controller = served(tmp_path)
    try:
        assert channels.dispatch(box.settings).later == 1
    finally:
        controller.stop()
    assert (channels.counts(ORIGIN), len(box.messages)) == ({"waiting": 1}, 0)
    assert channels.away("email").error == Labels(
        "邮件服务器的证书未通过验证：self-signed certificate",
        "the mail server's certificate was not accepted: self-signed certificate",
    )


def test_a_certificate_of_another_server_is_none(tmp_path, monkeypatch):
    enqueue()
    box, kept, controller = served(tmp_path, address="10.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(kept))
    try:
        assert channels.dispatch(box.settings).later == 1
    finally:
        controller.stop()
    assert len(box.messages) == 0
    said = "邮件服务器的证书未通过验证：IP address mismatch, certificate is not valid for '127.0.0.1'."
    assert channels.away("email").error.zh == said


def test_a_server_for_which_the_firms_own_authority_vouches_gets_its_mail(tmp_path, monkeypatch):
    enqueue()
    box, kept, controller = served(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(kept))
    try:
        assert channels.dispatch(box.settings).sent == 1
    finally:
        controller.stop()
    assert (list(box.messages.values()), channels.away("email")) == ([1], None)
