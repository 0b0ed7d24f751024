"""Rules and expressions, evaluated by Prometheus's own tool."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile


def test_rules(**suite):
    """Runs a file of `promtool test rules` and ends the process with what came of it."""
    if shutil.which("promtool") is None:
        print("skipped: promtool is not installed (deploy/install run)")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "test.yml"
        file.write_text(json.dumps(suite))  # JSON is YAML.
        done = subprocess.run(["promtool", "test", "rules", file], capture_output=True, text=True)
    print(done.stdout + done.stderr)
    sys.exit(done.returncode)
