"""The files of the pages: a new build under a running server is served, an old one is gone."""

from __future__ import annotations

import pytest
from django.test import Client

from zhike.server.middleware import PageFiles


@pytest.fixture
def build(tmp_path, settings):
    """Write a build as the bundler does: an index that names one file with a digest."""
    settings.PAGES = settings.WHITENOISE_ROOT = tmp_path
    (tmp_path / "assets").mkdir()

    def write(digest: str) -> None:
        for old in (tmp_path / "assets").iterdir():
            old.unlink()
        (tmp_path / "assets" / f"index-{digest}.js").write_text(f"/* {digest} */")
        (tmp_path / "index.html").write_text(f'<script src="/assets/index-{digest}.js"></script>')

    write("one")
    return write


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_new_build_is_served_without_a_restart(build):
    client = Client()
    assert body(client.get("/assets/index-one.js")) == b"/* one */"

    build("two")

    assert b"index-two.js" in body(client.get("/"))
    new = client.get("/assets/index-two.js")
    assert (new.status_code, body(new)) == (200, b"/* two */")
    assert "immutable" in new["Cache-Control"]


def test_a_file_of_an_older_build_is_not_found(build):
    client = Client()
    client.get("/assets/index-one.js")

    build("two")

    assert client.get("/assets/index-one.js").status_code == 404


@pytest.mark.parametrize("path", ["/assets/../../settings.py", "/assets//etc/passwd", "/assets/none.js"])
def test_nothing_outside_the_build_is_served(build, rf, path):
    files = PageFiles(lambda _request: None)
    assert files(rf.get(path)) is None
