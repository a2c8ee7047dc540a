#!/usr/bin/env bash
# Install the system packages that the demonstration or the tests need, where that is allowed.
#
#   deploy/system.sh demo    what WeasyPrint loads, and fonts for Chinese
#   deploy/system.sh test    the same, a browser, PostgreSQL and the tools that read documents back
#
# Nothing is asked of the network while everything is present. Where packages are missing
# and may not be installed, one line says which; only "test" then stops.
set -euo pipefail

purpose=${1:?usage: deploy/system.sh demo|test}
packages=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig)
# DejaVu holds the few signs that Fandol lacks, at a fraction of Noto's memory (reports/document/fonts.py).
packages+=(fonts-noto-cjk fonts-dejavu-core)
if [ "$purpose" = test ]; then
    # libatomic1 is for the Node.js inside Playwright.
    # The workbook counts its widths in Arial; LibreOffice is usually installed with its twin.
    packages+=(
        chromium libatomic1 postgresql libreoffice-calc libreoffice-writer fonts-liberation
        poppler-utils nginx-light
    )
fi

# Elsewhere than on Debian the names differ; what is really needed is checked by its use.
if ! command -v dpkg-query >/dev/null; then
    echo "Not a Debian: nothing was installed. Needed are Pango, HarfBuzz's subset library, fontconfig and" \
        "Chinese fonts under this system's names (deploy/README.md, untried)." >&2
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=(env)
elif sudo -n true 2>/dev/null; then
    as_root=(sudo -n env)
else
    echo "Missing system packages. Install them with: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    [ "$purpose" = demo ]
    exit
fi

install() {
    "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends -y "$@" </dev/null >/dev/null
}

echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 update
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
    # The tests start a server of their own; the package must not start another one.
    install postgresql-common
    "${as_root[@]}" mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" |
        "${as_root[@]}" tee /etc/postgresql-common/createcluster.d/no-main-cluster.conf >/dev/null
fi
install "${missing[@]}"
