"""Rows of the write path alone, in one process, beside what is wanted, SQLite alone and the disk alone."""

import json
import os
import shutil
import sqlite3
import subprocess
import time

import baselines

CALLERS = 64
WRITES_WANTED = 30_000
PUBLICATION_LIMIT_MS = 200
# What one mutation adds; checkpoints and tiles come once for many.
TABLES = ("journal_mutations", "journal_requests", "journal_versions", "journal_entries")


def rows(bench):
    writes, disk, plain = f"Mutations in process, {CALLERS} callers", [], []
    seen = [measure(bench, disk, plain) for _ in range(bench.sizes.rounds)]
    rates = [one["mutations_per_second"] for one in seen]
    bench.record(f"{writes}, SQLite", "a second", list(zip(rates, plain)), "SQLite alone")
    bench.record(f"{writes}, disk", "a second", list(zip(rates, disk)), "append and fdatasync")
    bench.record(f"{writes}, limit", "a second", [(rate, WRITES_WANTED) for rate in rates], "limit")
    published(bench, "Checkpoint published under these", seen)
    on_postgres(bench)


def published(bench, name, seen):
    for quantile in ("p50", "p99"):
        limits = [(one[f"published_{quantile}_ms"], PUBLICATION_LIMIT_MS) for one in seen]
        bench.record(f"{name}, {quantile}", "ms", limits, "limit")


def on_postgres(bench):
    """The same with the store in PostgreSQL, which has the cores with the callers."""
    if baselines.missing(baselines.POSTGRES / "postgres"):
        print("there is no PostgreSQL (deploy/install bench): its rows are left out")
        return
    seen = []
    with baselines.Postgres() as postgres:
        for number in range(bench.sizes.rounds):
            postgres.query(f"CREATE DATABASE journal_{number}")
            folder = bench.work / "journal-write"
            folder.mkdir()
            seen.append(write(bench, folder, postgres.url(f"journal_{number}")))
            shutil.rmtree(folder)
    rates = [(one["mutations_per_second"], WRITES_WANTED) for one in seen]
    bench.record(f"Mutations in process, {CALLERS} callers, PostgreSQL", "a second", rates, "SQLite's limit")
    published(bench, "Checkpoint published under these, PostgreSQL", seen)


def write(bench, folder, *database):
    """What journal_write says."""
    seconds = str(bench.sizes.load_seconds)
    done = subprocess.run(
        [bench.binaries / "journal_write", folder, seconds, str(CALLERS), *database],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def measure(bench, disk, plain):
    """What journal_write says; and, to the lists, what the disk and SQLite do in its place."""
    folder = bench.work / "journal-write"
    folder.mkdir()
    seconds = bench.sizes.load_seconds
    seen = write(bench, folder)
    batches = appends_per_second(folder / "appended", int(seen["bytes_per_batch"]), seconds)
    disk.append(batches * seen["mutations_per_batch"])
    plain.append(transactions_per_second(folder, seconds))
    shutil.rmtree(folder)
    return seen


def appends_per_second(path, size, seconds):
    """So many bytes at a time, each time on the medium before the next."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    content, appends, end = os.urandom(size), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        os.write(file, content)
        os.fdatasync(file)
        appends += 1
    os.close(file)
    return appends / seconds


def transactions_per_second(folder, seconds):
    """The rows of one mutation, copied from a real one, in a transaction each."""
    with sqlite3.connect(f"file:{folder}/data/journal.db?mode=ro", uri=True) as source:
        schema = [
            row[0]
            for name in TABLES
            for row in source.execute(
                "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (name,)
            )
        ]
        samples = [
            source.execute(f"SELECT * FROM {name} ORDER BY 1 DESC LIMIT 1").fetchone()
            for name in TABLES
        ]
    source.close()
    copy = sqlite3.connect(folder / "copy.db", isolation_level=None)
    copy.execute("PRAGMA journal_mode = WAL")
    copy.execute("PRAGMA synchronous = FULL")
    for statement in schema:
        copy.execute(statement)
    inserts = [
        f"INSERT INTO {name} VALUES ({', '.join('?' * len(sample))})"
        for name, sample in zip(TABLES, samples)
    ]
    transactions, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        copy.execute("BEGIN IMMEDIATE")
        for statement, sample in zip(inserts, samples):
            # Keys rise, and a request id is as long as a real one.
            copy.execute(statement, [transactions, *varied(sample[1:], transactions)])
        copy.execute("COMMIT")
        transactions += 1
    copy.close()
    return transactions / seconds


def varied(values, number):
    """The values with another UUID in the place of a UUID."""
    return [
        f"{number:036d}" if isinstance(value, str) and len(value) == 36 else value
        for value in values
    ]
