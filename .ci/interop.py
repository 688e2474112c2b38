#!/usr/bin/env python3
"""Hold weir's answers against two independent readers of the same warehouse.

    interop.py WEIR WAREHOUSE [EMPTY...]

Reads all tables of WAREHOUSE with delta-rs (the package deltalake, by its own
query engine where it has one) and with PyArrow (the Parquet files that the log
names), and compares with what the program WEIR answers: every stored column of
every row, sums, and partitions. A table without rows is a difference, but for
those named EMPTY, which have none. Exits with 1 and tells the differences if
there are any, with 2 if it could not compare.
"""

import collections
import datetime
import json
import os
import subprocess
import sys
import urllib.parse

import deltalake
import pyarrow as pa
import pyarrow.dataset as ds

# Tables, the columns that name a row, and the columns to add up.
TABLES = {
    "flows": (["flow_uid"], ["fwd_packets", "bwd_packets", "fwd_bytes", "bwd_bytes"]),
    "dns": (["flow_uid", "time"], ["rtt_us", "answer_count", "response_bytes"]),
    "http": (["flow_uid", "time"], ["depth", "request_bytes", "response_bytes"]),
    "tls": (["flow_uid", "time"], ["src_port", "dst_port"]),
    "captures": (["capture_id"], ["packets", "bytes", "flows", "packets_in_flows"]),
}
UNIQUE = {"flows", "captures"}  # where no two rows have the same name; elsewhere they may
SHOWN = 5  # differences told of each kind
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Unanswered(Exception):
    """Weir gave no answer that could be compared."""


class Weir:
    """The program under test, asked for newline-delimited JSON."""

    def __init__(self, program, warehouse):
        self.program, self.warehouse = program, warehouse

    def query(self, sql):
        command = [self.program, "query", "--format", "ndjson", sql, "-w", self.warehouse]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            raise Unanswered(f"weir query failed with {run.returncode}: {run.stderr.strip()}\n  {sql}")
        return [json.loads(line) for line in run.stdout.splitlines() if line]


class Table:
    """A Delta table as delta-rs sees it."""

    def __init__(self, path):
        self.path = path
        self.delta = deltalake.DeltaTable(path)
        schema = self.delta.schema()
        arrow = schema.to_arrow() if hasattr(schema, "to_arrow") else schema.to_pyarrow()
        self.schema = pa.schema(arrow)
        self.nullable = {f.name: f.nullable for f in schema.fields}
        self.partitions = list(self.delta.metadata().partition_columns)

    def by_delta(self):
        """All rows, read by delta-rs."""
        if hasattr(deltalake, "QueryBuilder"):
            builder = deltalake.QueryBuilder().register("t", self.delta)
            answer = builder.execute("SELECT * FROM t")
            if hasattr(answer, "fetchall"):  # of older versions, which yield no stream
                answer = answer.fetchall()
            return table_of(answer)
        return self.delta.to_pyarrow_table()

    def by_arrow(self):
        """All rows, read by PyArrow from the files that the log names."""
        files = self.files()
        if not files:
            return self.schema.empty_table()
        partitioning = None
        if self.partitions:
            fields = [plain(self.schema.field(name)) for name in self.partitions]
            partitioning = ds.partitioning(pa.schema(fields), flavor="hive")
        return ds.dataset(files, format="parquet", partitioning=partitioning, partition_base_dir=self.path).to_table()

    def files(self):
        """The paths of the data files that the log names."""
        return [f.removeprefix("file://") for f in self.delta.file_uris()]

    def logged(self):
        """The number of rows of each partition by the log's own statistics."""
        actions = self.delta.get_add_actions(flatten=True)
        counts = collections.Counter()
        for row in table_of(actions).to_pylist():
            key = tuple(str(row[f"partition.{p}"]) for p in self.partitions)
            counts[key] += row["num_records"]
        return counts


def table_of(answer):
    """The Arrow table of whatever kind of batches a version of delta-rs returns."""
    if isinstance(answer, pa.RecordBatch):
        answer = [answer]
    return pa.Table.from_batches(answer) if isinstance(answer, list) else pa.table(answer)


def plain(field):
    """A field whose strings are plain ones, as partition values are read."""
    return pa.field(field.name, pa.string()) if is_text(field.type) else field


def is_text(kind):
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or "view" in str(kind)


def values(column, kind):
    """The values of an Arrow column, comparable with those of reading()."""
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", tz=column.type.tz)).cast(pa.int64())
    elif pa.types.is_date(kind):
        return [None if v is None else v.isoformat() for v in column.to_pylist()]
    return column.to_pylist()


def reading(value, kind):
    """The value that weir printed for a column of that type."""
    if value is None:
        return None
    if pa.types.is_timestamp(kind):
        when = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        if when.tzinfo is None:
            raise Unanswered(f"weir printed the timestamp {value!r} without its zone, UTC")
        return (when - EPOCH) // datetime.timedelta(microseconds=1)
    if pa.types.is_floating(kind):
        return float(value)
    return value


def rows_of(arrow, schema):
    columns = [values(arrow.column(name), schema.field(name).type) for name in schema.names]
    return list(zip(*columns)) if arrow.num_rows else []


def tell(problems, what, items):
    items = list(items)
    for item in items[:SHOWN]:
        problems.append(f"{what}: {item}")
    if len(items) > SHOWN:
        problems.append(f"{what}: … and {len(items) - SHOWN} more")


def by_name(rows, key):
    """The rows by the values of their naming columns, and a number where several have the same."""
    named, met = {}, collections.Counter()
    for row in sorted(rows, key=repr):
        name = tuple(row[i] for i in key)
        named[(*name, met[name])] = row
        met[name] += 1
    return named


def compare_rows(problems, name, reader, identity, names, mine, theirs):
    """Compare the rows of two readers, cell by cell where they have the same name."""
    key = [names.index(c) for c in identity]
    if len(mine) != len(theirs):
        problems.append(f"{name}: weir answers {len(mine)} rows, {reader} reads {len(theirs)}")
    a, b = by_name(mine, key), by_name(theirs, key)
    for found, who in ((a, "weir"), (b, reader)) if name in UNIQUE else ():
        tell(problems, f"{name}: {who} has several rows named", (k[:-1] for k in found if k[-1] == 1))
    tell(problems, f"{name}: {identity} only in weir's answer", sorted(a.keys() - b.keys()))
    tell(problems, f"{name}: {identity} only read by {reader}", sorted(b.keys() - a.keys()))
    cells = (
        f"row {k}: {column} is {x!r} in weir's answer, {y!r} read by {reader}"
        for k in sorted(a.keys() & b.keys())
        for column, x, y in zip(names, a[k], b[k])
        if x != y or type(x) is not type(y)
    )
    tell(problems, name, cells)


def compare_partitions(problems, name, table, weir, arrow):
    columns = table.partitions
    if not columns:
        return 0
    listed = ", ".join(columns)
    mine = collections.Counter()
    for row in weir.query(f"SELECT {listed}, count(*)::BIGINT AS n FROM {name} GROUP BY ALL"):
        mine[tuple(row[c] for c in columns)] = row["n"]
    read = collections.Counter(zip(*(values(arrow.column(c), table.schema.field(c).type) for c in columns)))
    folders = set()
    for file in table.files():
        parts = (p.partition("=") for p in os.path.dirname(file).split("/") if "=" in p)
        folder = {k: urllib.parse.unquote(v) for k, _, v in parts}
        folders.add(tuple(folder.get(c) for c in columns))
    for who, theirs in (("delta-rs reads", read), ("the log's statistics say", table.logged())):
        for key in sorted(mine.keys() | theirs.keys()):
            if mine[key] != theirs[key]:
                problems.append(f"{name}: partition {dict(zip(columns, key))} has {mine[key]} rows in weir's answer, {who} {theirs[key]}")
    tell(problems, f"{name}: partition whose folder is missing or too many", sorted(mine.keys() ^ folders, key=str))
    return len(mine)


def compare_sums(problems, name, columns, arrow, weir):
    sums = ", ".join(f"sum({c})::BIGINT AS {c}" for c in columns)
    mine = weir.query(f"SELECT {sums} FROM {name}")[0]
    for c in columns:
        theirs = sum(v for v in arrow.column(c).to_pylist() if v is not None)
        if (mine[c] or 0) != theirs:
            problems.append(f"{name}: sum of {c} is {mine[c]} in weir's answer, {theirs} by delta-rs")
    return mine


def compare(problems, name, warehouse, weir, empty):
    identity, summed = TABLES[name]
    table = Table(os.path.join(os.path.abspath(warehouse), name))
    names = table.schema.names
    listed = ", ".join(f'"{c}"' for c in names)
    mine = [
        tuple(reading(row[c], table.schema.field(c).type) for c in names)
        for row in weir.query(f"SELECT {listed} FROM {name}")
    ]
    by_delta, by_arrow = table.by_delta(), table.by_arrow()
    compare_rows(problems, name, "delta-rs", identity, names, mine, rows_of(by_delta, table.schema))
    compare_rows(problems, name, "PyArrow", identity, names, mine, rows_of(by_arrow, table.schema))
    for c in names:
        if not table.nullable[c] and by_delta.column(c).null_count:
            problems.append(f"{name}: {c} is declared never null and has {by_delta.column(c).null_count} nulls")
    sums = compare_sums(problems, name, summed, by_delta, weir)
    partitions = compare_partitions(problems, name, table, weir, by_delta)
    if bool(mine) == empty:
        problems.append(f"{name}: {len(mine)} rows, where it was said to have {'none' if empty else 'some'}")
    print(f"{name}: version {table.delta.version()}, {len(table.files())} files, {partitions} partitions, "
          f"{len(mine)} rows of {len(names)} columns, sums {sums}")


def main(arguments):
    if len(arguments) < 2 or not set(arguments[2:]) <= TABLES.keys():
        print(__doc__, file=sys.stderr)
        return 2
    warehouse, empty = arguments[1], arguments[2:]
    weir = Weir(arguments[0], warehouse)
    print(f"delta-rs {deltalake.__version__}, PyArrow {pa.__version__}")
    problems = []
    try:
        for name in TABLES:
            compare(problems, name, warehouse, weir, name in empty)
    except Unanswered as e:
        print(e, file=sys.stderr)
        return 2
    for problem in problems:
        print("DIFFERENCE", problem, file=sys.stderr)
    print("the same rows, sums and partitions" if not problems else f"{len(problems)} differences")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
