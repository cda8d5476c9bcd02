# shellcheck shell=bash
# Installing Debian packages; sourced after common.sh.

# listed_packages NAME: the packages of scripts/packages/NAME.list, one a line.
listed_packages() {
  sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "scripts/packages/$1.list"
}

# missing_packages PACKAGE...: those of them that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2> /dev/null || true) in
      ii*) ;;
      *) echo "$package" ;;
    esac
  done
}

# show_apt_progress LOG: passes on apt's percentage (every tenth on a log, each change on a terminal); the rest goes to LOG.
show_apt_progress() {
  local line percent last=-1
  while IFS= read -r line; do
    case $line in
      dlstatus:* | pmstatus:*)
        percent=${line#*:*:}
        percent=${percent%%.*}
        percent=${percent%%:*}
        if [ -t 2 ]; then
          printf '\r    %-12s %3s %%' "$([ "${line%%:*}" = dlstatus ] && echo downloading || echo installing)" "$percent" >&2
        elif [ "$percent" -lt "$last" ] || [ $((percent / 10)) -gt $((last / 10)) ]; then
          printf '    %s %s %%\n' "$([ "${line%%:*}" = dlstatus ] && echo downloading || echo installing)" "$percent" >&2
          last=$percent
        fi
        ;;
      *) printf '%s\n' "$line" >> "$1" ;;
    esac
  done
  if [ -t 2 ]; then printf '\n' >&2; fi
}

# run_apt ARGUMENT...: apt-get without questions; on failure its whole output is shown.
run_apt() {
  local log
  log=$(mktemp)
  # The percentages need a descriptor of their own: on standard output, apt would take it from the package scripts. It is
  # opened below sudo, which closes all but the standard ones.
  # shellcheck disable=SC2016
  if ! as_root env DEBIAN_FRONTEND=noninteractive sh -c 'exec apt-get "$@" 3>&1' apt-get -qq -y -o APT::Status-Fd=3 \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 "$@" \
    < /dev/null 2>&1 | show_apt_progress "$log"; then
    cat "$log" >&2
    rm -f "$log"
    fail "apt-get $1 failed; see above"
  fi
  rm -f "$log"
}

# ensure_packages NAME PACKAGE...: installs what is missing of the packages, for the purpose NAME. Where all are there it
# needs neither root nor network.
ensure_packages() {
  local purpose=$1 missing
  shift
  if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
    say "this is no Debian system: install the equivalents of scripts/packages/$purpose.list yourself"
    return
  fi
  mapfile -t missing < <(missing_packages "$@")
  if [ "${#missing[@]}" = 0 ]; then return; fi
  say "installing ${#missing[@]} Debian packages ($purpose): ${missing[*]}"
  run_apt update
  run_apt install --no-install-recommends "${missing[@]}"
}

# ensure_listed NAME: installs what is missing of scripts/packages/NAME.list.
ensure_listed() {
  local packages
  mapfile -t packages < <(listed_packages "$1")
  ensure_packages "$1" "${packages[@]}"
}

# ensure_listed_alone NAME PACKAGE...: the same, for packages that also set up a server of the whole machine: where they
# were not there before, that server is disabled. Its unit has the package's name.
ensure_listed_alone() {
  local purpose=$1 package missing=()
  shift
  if command -v apt-get > /dev/null; then mapfile -t missing < <(missing_packages "$@"); fi
  ensure_listed "$purpose"
  if [ ! -d /run/systemd/system ]; then return; fi
  for package in "${missing[@]}"; do
    say "the $package of the whole machine, which its package starts, is not needed: disabling it"
    as_root systemctl disable --now "$package.service"
  done
}
