"""Rows of a registry with many partners, in process, beside SQLite alone and what is wanted."""

import json
import shutil
import subprocess

# Ten instruments a partner, then one; what is wanted is said of these sizes. Growth: registry_growth.
CHECKED = (10_000, 10)
SEARCHED = (100_000, 1)
LIMITS = {"evaluate_p50_us": 3, "search_p99_us": 2000, "start_ms": 2000}


def rows(bench):
    rounds = bench.sizes.rounds
    checked = [measure(bench, *CHECKED) for _ in range(rounds)]
    searched = [measure(bench, *SEARCHED) for _ in range(rounds)]
    for name, unit, key, seen in (
        ("Check among 10,000 partners, p50", "us", "evaluate_p50_us", checked),
        ("Search of 100,000 partners, p99", "us", "search_p99_us", searched),
        ("Start with 100,000 partners", "ms", "start_ms", searched),
    ):
        beside = [(one[key], one[f"plain_{key}"]) for one in seen]
        bench.record(f"{name}, SQLite", unit, beside, baseline="SQLite alone")
        wanted = [(one[key], LIMITS[key]) for one in seen]
        bench.record(f"{name}, limit", unit, wanted, baseline="limit")


def measure(bench, partners, instruments):
    """What registry_growth says of a store of this size, started anew."""
    folder = bench.work / "large-registry"
    growth = [bench.binaries / "registry_growth", folder]
    subprocess.run([*growth, str(partners), str(instruments)], check=True, capture_output=True)
    done = subprocess.run([*growth, "0"], check=True, capture_output=True, text=True)
    shutil.rmtree(folder)
    return json.loads(done.stdout)
