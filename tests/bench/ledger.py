"""Rows of how the ledger grows, in one process, beside what is wanted."""

import json
import shutil
import subprocess

import in_process

# What ledger_growth asks with the larger cache of proofs. The usual one is [ledger] proof_cache_mib.
CACHE_MIB = 384
THREADS = 2
PROOFS_WANTED = 100_000
START_LIMIT_MS = 3_000


def rows(bench):
    folder = bench.work / "ledger-growth"
    folder.mkdir()
    growth = [bench.binaries / "ledger_growth", folder, str(bench.sizes.ledger), str(THREADS)]
    done = subprocess.run([*growth, str(CACHE_MIB)], check=True, capture_output=True, text=True)
    shutil.rmtree(folder)
    for seen in map(json.loads, done.stdout.splitlines()):
        size = f"{seen['entries']:,} entries"
        for name, unit, key, wanted in (
            (f"Start with {size}", "ms", "start_ms", START_LIMIT_MS),
            (f"Proofs of {size}", "a second", "proofs_per_second", PROOFS_WANTED),
            (
                f"Proofs of {size}, {CACHE_MIB} MiB of cache",
                "a second",
                "proofs_per_second_cached",
                PROOFS_WANTED,
            ),
            (f"Mutations on {size}", "a second", "writes_per_second", in_process.WRITES_WANTED),
            (
                f"Checkpoint published of {size}, idle",
                "ms",
                "publication_ms",
                in_process.PUBLICATION_LIMIT_MS,
            ),
            *(
                (
                    f"Checkpoint published of {size}, under load, {quantile}",
                    "ms",
                    f"published_{quantile}_ms",
                    in_process.PUBLICATION_LIMIT_MS,
                )
                for quantile in ("p50", "p99")
            ),
        ):
            bench.record(name, unit, [(seen[key], wanted)], "limit")
