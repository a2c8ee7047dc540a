#!/usr/bin/env bash
# Write one file from which the site is installed on a clean Debian 12 without any network.
#
#   deploy/bundle.sh [FOLDER]        on a connected Debian 12; make bundle calls it
#   ARCH=arm64 deploy/bundle.sh      for another architecture than this machine's: untried
#
# In it: the committed code, wheels, Debian packages with all that they need, the fonts of the
# documents, checksums, and the program that installs it (deploy/install).
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-var/bundle}
own=$(dpkg --print-architecture)
arch=${ARCH:-$own}
declare -A platforms=([amd64]=x86_64 [arm64]=aarch64)
platform=${platforms[$arch]:?"no wheels are known for $arch"}

. /etc/os-release
if [ "${ID:-} ${VERSION_ID:-}" != "debian 12" ]; then
    echo "A bundle is made on Debian 12, whose packages it carries; this is ${PRETTY_NAME:-unknown}." >&2
    exit 1
fi
if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
    echo "There are changes that are not committed; a bundle holds what is committed." >&2
    exit 1
fi

version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml | head -1)
commit=$(git rev-parse --short=12 HEAD)
name=tracker-$version-debian12-$arch
mkdir -p "$folder"
work=$(mktemp -d "$(realpath "$folder")/.making.XXXXXX")
trap 'rm -rf "$work"' EXIT
made=$work/$name
mkdir -p "$made"/{code,wheels,debs,fonts}

echo "Code: $version ($commit)"
git archive HEAD -- . ':!tests' ':!bench' ':!docs/pictures' | tar -x -C "$made/code"
printf 'VERSION=%s\nCOMMIT=%s\nARCH=%s\nMADE=%s\n' \
    "$version" "$commit" "$arch" "$(date +%F)" >"$made/VERSION"
cp deploy/install "$made/install"

echo "Wheels"
python3 -m venv "$work/pip"
# Debian 12 has Python 3.11; every name under which its wheels may be published.
tags=()
for glibc in 36 35 34 31 28 27 26 24 17 12 5; do
    tags+=(--platform "manylinux_2_${glibc}_$platform")
done
tags+=(--platform "manylinux2014_$platform" --platform "linux_$platform")
"$work/pip/bin/pip" -q download --disable-pip-version-check --no-deps --require-hashes \
    --only-binary :all: --implementation cp --python-version 3.11 --abi cp311 --abi abi3 --abi none \
    "${tags[@]}" -d "$made/wheels" -r requirements.lock

echo "Debian packages"
# Resolved as if nothing were installed, by Debian's own archive alone.
apt=$work/apt
mkdir -p "$apt"/{lists/partial,archives/partial}
: >"$apt/status"
printf 'Package: *\nPin: release o=Debian\nPin-Priority: 500\n\nPackage: *\nPin: release o=*\nPin-Priority: -1\n' \
    >"$apt/preferences"
options=(
    -qq
    -o Dir::State::lists="$apt/lists"
    -o Dir::State::status="$apt/status"
    -o Dir::Cache="$apt"
    -o Dir::Etc::Preferences="$apt/preferences"
    -o APT::Architecture="$arch"
    -o APT::Architectures="$arch"
    -o APT::Install-Recommends=false
    -o APT::Sandbox::User="$(id -un)"
    -o Debug::NoLocking=true
)
mapfile -t packages < <(grep -v '^#' deploy/packages.txt)
apt-get "${options[@]}" update || true # somebody else's archive may be away; ours is asked below
apt-get "${options[@]}" --download-only -y install "${packages[@]}" >/dev/null
mv "$apt"/archives/*.deb "$made/debs/"
# The list that makes a folder of packages an archive for apt.
(
    cd "$made/debs"
    for deb in *.deb; do
        dpkg-deb --field "$deb"
        printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' \
            "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -c1-64)"
    done >Packages
)

echo "Fonts"
deploy/fonts.sh
for place in /usr/local/share/fonts/tracker "${XDG_DATA_HOME:-$HOME/.local/share}/fonts/tracker"; do
    if [ -d "$place" ]; then
        cp -r "$place/." "$made/fonts/"
        break
    fi
done
[ -s "$made/fonts/FandolSong-Regular.otf" ] || { echo "The Fandol fonts are missing." >&2; exit 1; }

(cd "$made" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum >SHA256SUMS)
tar -C "$work" --owner=0 --group=0 --sort=name -cf "$folder/$name.tar" "$name"
(cd "$folder" && sha256sum "$name.tar" >"$name.tar.sha256")
[ "$arch" = "$own" ] || echo "Untried: this machine is $own, the bundle is for $arch."
echo "$folder/$name.tar: $(du -h "$folder/$name.tar" | cut -f1), sha256 $(cut -c1-64 "$folder/$name.tar.sha256")"
