#!/usr/bin/env python3
"""Proves the layers from the includes, and that locks are of a kind that clang checks.

- common/ never includes services/.
- A folder of common/ includes only folders above it in common/CMakeLists.txt.
- domain/, reports/ and common/legal include neither gRPC, nor generated protos, nor SQL.
- storage/, domain/ and reports/ of a service do not include its transport/ or server/; transport/
  does not include storage/ or server/; domain/ does not include reports/, nor reports/ storage/.
- One service does not include another; the command includes only common/ and, of a service, how its
  rows are compared with its ledger (storage/rows_check.h).
- No std::mutex or std::condition_variable of any kind: clang's -Wthread-safety knows absl::Mutex
  with ABSL_GUARDED_BY, and waits with a time limit are SteadyCondVar's. Where nothing else will do,
  the line says so: `// Standard lock: WHY.`
"""

import pathlib
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#include\s+[<"]([^>"]+)[>"]', re.M)
FOREIGN_TO_THE_DOMAIN = re.compile(r"^(grpc|grpcpp|google/protobuf|sqlite3|libpq)|\.pb\.h$")
STANDARD_LOCK = re.compile(r"\bstd::((?:\w+_)?mutex|condition_variable(?:_any)?)\b")
COMMENT = re.compile(r"//.*")
STANDS = re.compile(r"// Standard lock: \S")
FORBIDDEN_BY_LAYER = {
    "domain": ("reports", "storage", "transport", "server"),
    "reports": ("storage", "transport", "server"),
    "storage": ("transport", "server"),
    "transport": ("storage", "server"),
    "server": (),
}


def order_of_common():
    text = pathlib.Path("common/CMakeLists.txt").read_text(encoding="utf-8")
    return {name: i for i, name in enumerate(re.findall(r"add_subdirectory\((\w+)\)", text))}


def standard_locks(text):
    for number, line in enumerate(text.splitlines(), 1):
        lock = STANDARD_LOCK.search(COMMENT.sub("", line))
        if lock and not STANDS.search(line):
            yield number, lock.group(0)


def complaints(path, text, order):
    parts = path.parts
    for include in INCLUDE.findall(text):
        to = include.split("/")
        if parts[0] == "common":
            if to[0] == "services":
                yield include, "common/ does not use services/"
            if to[0] == "common" and to[1] != parts[1]:
                if order.get(to[1], len(order)) > order.get(parts[1], -1):
                    yield include, f"common/{to[1]} stands below common/{parts[1]}"
        if parts[0] == "services" and to[0] == "services":
            if to[1] != parts[1]:
                if parts[1] == "cli" and to[2:] == ["storage", "rows_check.h"]:
                    continue
                yield include, "services do not include each other"
            elif len(to) > 3 and len(parts) > 3 and to[2] in FORBIDDEN_BY_LAYER.get(parts[2], ()):
                yield include, f"{parts[2]}/ does not use {to[2]}/"
        if {"domain", "reports"} & set(parts[:3]) or parts[:2] == ("common", "legal"):
            if FOREIGN_TO_THE_DOMAIN.search(include):
                yield include, "the domain knows neither transport nor storage"


def main():
    order = order_of_common()
    files = subprocess.run(
        ["git", "ls-files", "common/*.h", "common/*.cc", "services/*.h", "services/*.cc"],
        check=True, capture_output=True, text=True).stdout.split()
    bad = 0
    for name in files:
        path = pathlib.Path(name)
        text = path.read_text(encoding="utf-8")
        for include, reason in complaints(path, text, order):
            print(f'{name}: includes "{include}": {reason}')
            bad += 1
        for line, lock in standard_locks(text):
            print(f"{name}:{line}: {lock}: clang checks absl::Mutex (common/time/steady_cond_var.h "
                  "for waits with a time limit)")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
