"""Instants come out of the database as they went in, read by the standard library."""

from __future__ import annotations

from datetime import UTC

import pytest
from django.db import DataError, connection
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.django_db


def read(written):
    with connection.cursor() as cursor:
        cursor.execute("select %s::timestamptz", [written])
        return cursor.fetchone()[0]


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_read_as_it_was_written(instant):
    found = read(instant.isoformat())

    assert found == instant
    assert found.tzinfo is UTC


@pytest.mark.parametrize("written", ["infinity", "10000-01-01 00:00:00+00", "0044-03-15 00:00:00+00 BC"])
def test_an_instant_beyond_the_calendar_is_an_error_not_another_instant(written):
    with pytest.raises(DataError):
        read(written)
