#!/usr/bin/env bash
# Install the five Fandol fonts of the official documents.
#
# They are taken out of Debian's texlive-lang-chinese without installing TeX. Root installs
# for everybody, another user for himself. Fonts that are present cost nothing.
set -euo pipefail

fonts=(FandolSong-Regular FandolSong-Bold FandolFang-Regular FandolKai-Regular FandolHei-Regular)
shared=/usr/local/share/fonts/tracker
own="${XDG_DATA_HOME:-$HOME/.local/share}/fonts/tracker"

has_all() {
    local font
    for font in "${fonts[@]}"; do
        [ -s "$1/$font.otf" ] || return 1
    done
}

if has_all "$shared" || has_all "$own"; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "Install the Fandol fonts (${fonts[*]}) by hand: there is no apt-get to fetch them." >&2
    exit 0
fi

target=$own
[ "$(id -u)" != 0 ] || target=$shared

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/lists/partial" "$folder/archives/partial" "$folder/package"

# Lists of our own: those of the system may be empty, and only root may refresh them.
apt=(
    apt-get -qq
    -o Dir::State::lists="$folder/lists"
    -o Dir::Cache="$folder"
    -o APT::Sandbox::User="$(id -un)"
)
echo "Fetching the Fandol fonts (about 50 MB, once)"
if ! { "${apt[@]}" update && (cd "$folder" && "${apt[@]}" download texlive-lang-chinese); }; then
    echo "The Fandol fonts could not be fetched; documents fall back to other Chinese fonts." >&2
    exit 0
fi
dpkg -x "$folder"/texlive-lang-chinese_*.deb "$folder/package"

mkdir -p "$target"
for font in "${fonts[@]}"; do
    cp "$(find "$folder/package" -name "$font.otf" -print -quit)" "$target/"
done
cp "$folder/package/usr/share/doc/texlive-lang-chinese/copyright" "$target/copyright"
find "$folder/package" -ipath '*fandol*' \( -name 'COPYING*' -o -name 'README*' \) -exec cp {} "$target/" \;

if command -v fc-cache >/dev/null; then
    fc-cache "$target"
else
    echo "Install fontconfig, then run: fc-cache $target" >&2
fi
