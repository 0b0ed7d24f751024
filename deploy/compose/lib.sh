# What up and down share: where the suite lives, its project, the ports on this machine.
# shellcheck shell=bash disable=SC2154
. "$here/deploy/lib.sh"
. "$here/deploy/containers/lib.sh"

project=${COMITY_COMPOSE_PROJECT:-comity}
port_base=${COMITY_PORT_BASE:-7443}
ledger_key=document-exchange/ledger/ledger.vkey
export COMITY_HOME
export COMITY_REGISTRY_PORT=$port_base
export COMITY_SCHEDULING_PORT=$((port_base + 1))
export COMITY_EXCHANGE_PORT=$((port_base + 2))
export COMITY_PROMETHEUS_PORT=${COMITY_PROMETHEUS_PORT:-9090}

# use_compose: an engine and its compose command, or the reason why not.
use_compose() {
  use_engine || return 1
  if [ "$engine" = docker ]; then
    docker compose version >/dev/null 2>&1 && return
    echo "docker has no compose plugin"
    return 1
  fi
  command -v podman-compose >/dev/null && return
  echo "there is no podman-compose; deploy/install containers installs it"
  return 1
}

compose() {
  local command=(docker compose)
  [ "$engine" = docker ] || command=(podman-compose)
  "${command[@]}" -p "$project" -f "$here/deploy/compose/compose.yaml" "$@"
}

# client [OPTION OF RUN...] -- ARGS...: a command of the client image, beside the services.
client() {
  local options=()
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  "$engine" run --rm --network "${project}_default" --read-only --tmpfs /tmp --cap-drop ALL \
    --security-opt no-new-privileges -v "$COMITY_HOME/client:/home/comity" \
    -v "$COMITY_HOME/ids:/home/comity/ids" \
    -v "$COMITY_HOME/client.toml:/home/comity/client.toml:ro" \
    -v "$COMITY_HOME/$ledger_key:/home/comity/$ledger_key:ro" "${options[@]}" "$(client_image)" "$@"
}
