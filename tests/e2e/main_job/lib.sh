# What the tests of deploy/up share: a suite in a folder of its own, on free ports, with the
# executables that are there. `here` is the repository.
# shellcheck shell=bash disable=SC2154

if ! command -v prometheus >/dev/null; then
  echo "skipped: prometheus is not installed (deploy/install run)"
  exit 77
fi
work=$(mktemp -d)
export COMITY_HOME=$work/home
end() {
  # Should deploy/up itself have been killed, its processes still end.
  "$here/deploy/down" || true
  rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM HUP
read -r COMITY_PORT_BASE COMITY_METRICS_PORT_BASE COMITY_PROMETHEUS_PORT COMITY_TIMESTAMP_PORT < <(
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here/tests/testing /usr/bin/python3 -c '
import ports
base = ports.free_ports(8)
print(base, base + 3, base + 6, base + 7)')
export COMITY_PORT_BASE COMITY_METRICS_PORT_BASE COMITY_PROMETHEUS_PORT COMITY_TIMESTAMP_PORT

fail() { echo "FAILED: $*" >&2; exit 1; }
nothing_runs() { # AFTER-WHAT
  local file
  for file in "$COMITY_HOME"/run/*.pid; do
    [ ! -e "$file" ] || fail "$1 left a process behind: $file"
  done
}
