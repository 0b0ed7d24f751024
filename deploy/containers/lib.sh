# What the scripts for containers share: an engine that runs here, and its clean-up.
# shellcheck shell=bash disable=SC2034

base=localhost/comity/base:bookworm
client_image() { echo "localhost/comity/client:${COMITY_IMAGE_TAG:-latest}"; }

# use_engine: sets `engine` to podman, or docker if its daemon answers; says why if there is none.
# Where podman's defaults are refused (other runtime, lower limits, no systemd), CONTAINERS_CONF is
# set to a file of our own, in `engine_folder`, which the caller removes.
use_engine() {
  engine=
  engine_folder=$(mktemp -d)
  if ! command -v podman >/dev/null; then
    if command -v docker >/dev/null && docker info >/dev/null 2>&1; then
      engine=docker
      return
    fi
    echo "there is no container engine; deploy/install containers installs podman"
    return 1
  fi
  engine=podman
  if [ -z "${CONTAINERS_CONF:-}" ] && ! podman_runs; then
    cat >"$engine_folder/containers.conf" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
events_logger = "file"
cgroup_manager = "cgroupfs"
CONF
    export CONTAINERS_CONF=$engine_folder/containers.conf
  fi
  podman_runs && return
  echo "podman runs no containers here: $(cat "$engine_folder/error")"
  return 1
}

# Whether a container of an empty image with a static program of this machine starts.
podman_runs() {
  local rootfs=$engine_folder/rootfs code=0
  if [ ! -d "$rootfs" ]; then
    mkdir -p "$rootfs/bin"
    # Any program with its libraries will do; `true` is the smallest.
    cp "$(type -P true)" "$rootfs/bin/true"
    ldd "$rootfs/bin/true" | grep -o '/[^ ]*' | while read -r library; do
      mkdir -p "$rootfs$(dirname "$library")"
      cp -L "$library" "$rootfs$library"
    done
  fi
  podman run --rm --network none --rootfs "$rootfs" /bin/true >/dev/null 2>"$engine_folder/error" ||
    code=$?
  return $code
}

# make_base FOLDER: makes sure of `base`: from the local store, a registry, or, where none can be
# reached, this machine's package sources. FOLDER is for what is needed meanwhile.
make_base() {
  local folder=$1 published=docker.io/library/debian:bookworm-slim list sources=()
  if "$engine" image inspect "$base" >/dev/null 2>&1; then return; fi
  if timeout 120 "$engine" pull --quiet "$published" >/dev/null 2>&1; then
    "$engine" tag "$published" "$base"
    return
  fi
  if ! command -v mmdebstrap >/dev/null; then
    echo "$published cannot be pulled and there is no mmdebstrap to make a base with;" \
      "deploy/install containers installs it" >&2
    return 1
  fi
  echo "making $base from this machine's package sources"
  for list in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
    if [ -s "$list" ]; then sources=("$list"); break; fi
  done
  if ! mmdebstrap --quiet --variant=minbase --include=ca-certificates \
    --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    bookworm "$folder/base.tar" "${sources[@]}" >"$folder/base.log" 2>&1; then
    tail -n 5 "$folder/base.log" >&2
    return 1
  fi
  "$engine" import "$folder/base.tar" "$base" >/dev/null 2>&1 || return 1
  rm "$folder/base.tar"
}
