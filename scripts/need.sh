#!/usr/bin/env bash
# Installs Debian/Ubuntu packages that are missing, one line for each: need.sh PACKAGE ...
set -euo pipefail

missing=()
for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "This needs ${missing[*]} (Debian package names), and this system has no apt-get." >&2
    echo "Install them with your system's package manager and set POINTSMAN_NO_INSTALL=1." >&2
    [ "${POINTSMAN_NO_INSTALL:-}" = 1 ] && exit 0
    exit 1
fi
if [ "${POINTSMAN_NO_INSTALL:-}" = 1 ]; then
    echo "missing, and POINTSMAN_NO_INSTALL is set: ${missing[*]}" >&2
    exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "installing ${missing[*]} needs root: run as root or install sudo" >&2; exit 1; }
    as_root=(sudo)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
}
run apt-get update
for package in "${missing[@]}"; do
    echo "installing $package"
    run apt-get install -y --no-install-recommends "$package"
done
