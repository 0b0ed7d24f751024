# What up, down and the main job share: where the suite lives, how its processes start and stop.
# shellcheck shell=bash

if [ -z "${COMITY_HOME:-}" ]; then
  if [ "$(id -u)" = 0 ]; then COMITY_HOME=/var/lib/comity; else COMITY_HOME=$HOME/.local/share/comity; fi
fi
services=(partner-registry engagement-scheduling document-exchange)

# The pid in the file, if the process that has it now is the one that was started: after a restart of
# the machine the number may be a stranger's.
pid_of() { # NAME
  local file=$COMITY_HOME/run/$1.pid pid name
  [ -f "$file" ] || return 1
  pid=$(cat "$file")
  name=$(cat "/proc/$pid/comm" 2>/dev/null) || return 1
  [ "$name" = "${1:0:15}" ] && echo "$pid"
}
running() { pid_of "$1" >/dev/null; } # NAME

start_service() { # NAME
  local service=$1 folder=$COMITY_HOME/$1
  if running "$service"; then return; fi
  setsid "$service" --config "$folder/config.toml" \
    >"$folder/log/out.log" 2>>"$folder/log/service.log" </dev/null &
  echo $! >"$COMITY_HOME/run/$service.pid"
  disown
}

# Returns once it answers: the services read its root when they start.
start_timestamp_authority() { # PROGRAM
  local folder=$COMITY_HOME/timestamp-authority log=$COMITY_HOME/run/timestamp-authority.log tries=0
  if running timestamp-authority; then return; fi
  setsid "$1" --folder "$folder" --port "$(cat "$COMITY_HOME/run/timestamp-authority.port")" \
    >"$log" 2>&1 </dev/null &
  echo $! >"$COMITY_HOME/run/timestamp-authority.pid"
  disown
  until grep -q '^http' "$log"; do
    tries=$((tries + 1))
    if ! kill -0 $! 2>/dev/null || [ $tries -ge 120 ]; then
      echo "the time-stamping authority does not answer; COMITY_TIMESTAMP_PORT moves its port:" >&2
      tail -n 5 "$log" >&2
      return 1
    fi
    sleep 0.25
  done
}

prometheus_address() { echo "127.0.0.1:$(cat "$COMITY_HOME/run/prometheus.port")"; }

# Another's Prometheus would be asked in place of ours.
start_prometheus() {
  local address
  address=$(prometheus_address)
  if running prometheus; then return; fi
  if (: <>"/dev/tcp/${address/://}") 2>/dev/null; then
    echo "$address, where Prometheus is to listen, is in use by another program: stop that (the" \
      "system's own: systemctl disable --now prometheus), or set COMITY_PROMETHEUS_PORT to a free port" >&2
    return 1
  fi
  setsid prometheus --config.file="$COMITY_HOME/prometheus/prometheus.yml" \
    --storage.tsdb.path="$COMITY_HOME/prometheus/data" --web.listen-address="$address" \
    >"$COMITY_HOME/run/prometheus.log" 2>&1 </dev/null &
  echo $! >"$COMITY_HOME/run/prometheus.pid"
  disown
}

wait_healthy() { # NAME
  local service=$1 tries=0
  until comity --as probe-1 --timeout 2 health "$service" >/dev/null 2>&1; do
    tries=$((tries + 1))
    if ! running "$service" || [ $tries -ge 60 ]; then
      echo "$service does not serve; the end of its log:" >&2
      tail -n 5 "$COMITY_HOME/$service/log/service.log" >&2
      return 1
    fi
    sleep 0.25
  done
  echo "$service serves"
}

wait_prometheus() {
  local address tries=0
  address=$(prometheus_address)
  until curl -fsS -o /dev/null "http://$address/-/ready" 2>/dev/null && running prometheus; do
    tries=$((tries + 1))
    if ! running prometheus || [ $tries -ge 120 ]; then
      echo "Prometheus is not ready on $address; if that is in use by another program, set" \
        "COMITY_PROMETHEUS_PORT to a free port. The end of its log:" >&2
      tail -n 5 "$COMITY_HOME/run/prometheus.log" >&2
      return 1
    fi
    sleep 0.25
  done
  echo "Prometheus is ready"
}

# Loads the published facts into a registry that holds none; one that holds any is its operators'.
import_first_facts() { # FOLDER COMITY...
  local folder=$1 partners
  shift
  partners=$("$@" --as registry-1 partners list --output json) || return 1
  if [[ $partners == *'"partners"'* ]]; then return; fi
  echo "importing $folder"
  "$@" --as registry-1 partners import "$folder" || return 1
  "$@" --as desk-1 strategy set "$folder/strategy.json" --reason "sample data" >/dev/null
}

stop_process() { # NAME [SIGNAL]
  local file=$COMITY_HOME/run/$1.pid pid tries=0
  pid=$(pid_of "$1") || { rm -f "$file"; return 0; }
  kill "-${2:-TERM}" "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 150 ] || kill -KILL "$pid" 2>/dev/null || true
    sleep 0.1
  done
  rm -f "$file"
}
