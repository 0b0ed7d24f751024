"""Every reason with which a service refuses has a row that says what to do, in some README."""

import pathlib
import re
import subprocess
import sys

FOLDERS = (
    "common/identity",
    "common/journal",
    "common/ledger_service",
    "common/rpc",
    "common/service",
    "common/storage",
    "services/document-exchange",
    "services/engagement-scheduling",
    "services/partner-registry",
)
GIVEN = re.compile(r'(?:\.reason = |InvalidField\(|Refuse\()\s*"([A-Z]+(?:_[A-Z]+)+)"')


def tracked(*patterns):
    listed = subprocess.check_output(["git", "ls-files", *patterns], text=True)
    return [pathlib.Path(name) for name in listed.splitlines() if pathlib.Path(name).exists()]


def main():
    told = set()
    for page in tracked("*.md"):
        for line in page.read_text().splitlines():
            if line.startswith("|"):
                told.update(re.findall(r"`([A-Z_]+)`", line))
    failed = False
    for source in tracked(*(f"{folder}/*{end}" for folder in FOLDERS for end in (".cc", ".h"))):
        for reason in sorted(set(GIVEN.findall(source.read_text())) - told):
            print(f"{source}: {reason} is in no table of refusals of a README")
            failed = True
    return failed


sys.exit(main())
