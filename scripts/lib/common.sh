# shellcheck shell=bash
# Helpers of the scripts in this folder; sourced, never run. Leaves the working directory at the top of the repository.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# say TEXT...: one line of progress, on standard error so that output stays clean.
say() {
  if [ -t 2 ]; then printf '\033[1m==> %s\033[0m\n' "$*" >&2; else printf '==> %s\n' "$*" >&2; fi
}

# fail TEXT...: says why and ends the script.
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# as_root COMMAND...: runs it as root; asks sudo only when this is not root already.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    fail "needs root for: $* (no sudo here; run it as root once)"
  fi
}

# jobs: how many compilers run at once: $JOBS, else one per core, at most one per 2 GiB of memory.
jobs() {
  if [ -n "${JOBS:-}" ]; then
    echo "$JOBS"
    return
  fi
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemTotal:/ { print int($2 / 2097152) }' /proc/meminfo)
  if [ "$memory" -lt 1 ]; then memory=1; fi
  echo $((cores < memory ? cores : memory))
}
