# shellcheck shell=bash
# Locked npm packages; sourced after common.sh.

# install_npm_packages FOLDER: `npm ci` there, only when its lock file or Node.js changed since the last time.
install_npm_packages() {
  local stamp="$1/node_modules/.installed-lock" wanted
  wanted="$(node --version) $(sha256sum < "$1/package-lock.json")"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
  say "fetching the npm packages of $1"
  npm --prefix "$1" ci --no-audit --no-fund --loglevel=error
  printf '%s\n' "$wanted" > "$stamp"
}
