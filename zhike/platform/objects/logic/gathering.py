"""Sets of records in PostgreSQL: they come as bitmaps and lie there as temporary tables, never as a list in Python."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy
import pyarrow as pa
from django.db import connection, transaction
from pyarrow import csv
from pyroaring import BitMap

from zhike.kernel.written import Written
from zhike.platform.objects.logic.set_facts import Rows

#: Ids that are sent at once.
CHUNK = 50_000
#: A binary COPY: signature, flags, no extension; then per row one column of eight bytes; then no further row.
_HEAD, _TAIL = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"
_ROW = numpy.dtype([("columns", ">i2"), ("length", ">i4"), ("id", ">i8")])
_numbers = itertools.count(1)


@contextmanager
def gathered(ids: BitMap) -> Iterator[Written]:
    """Give the name of a temporary table whose column `id` holds the ids, for the length of a block and transaction."""
    table = Written(f"gathered_{next(_numbers)}")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"create temporary table {table} (id bigint not null) on commit drop")
        with cursor.copy(f"copy {table} from stdin (format binary)") as stream:
            stream.write(_HEAD)
            found = numpy.frombuffer(ids.to_array(), dtype=numpy.uint32)
            for start in range(0, len(found), CHUNK):
                chunk = found[start : start + CHUNK]
                rows = numpy.empty(len(chunk), dtype=_ROW)
                rows["columns"], rows["length"], rows["id"] = 1, 8, chunk
                stream.write(rows.tobytes())
            stream.write(_TAIL)
        cursor.execute(f"analyze {table}")
        yield table
        cursor.execute(f"drop table {table}")


def columns(rows: Rows, types: Mapping[str, pa.DataType]) -> pa.Table:
    """Return what a statement gives as columns of these types, for the warehouse."""
    sink = pa.BufferOutputStream()
    with connection.cursor() as cursor:
        with cursor.copy(f"copy ({rows.sql}) to stdout (format csv, header)", rows.values) as stream:
            for chunk in stream:
                sink.write(chunk)
    read = csv.ConvertOptions(column_types=dict(types), include_columns=list(types), strings_can_be_null=True)
    return csv.read_csv(pa.BufferReader(sink.getvalue()), convert_options=read)
