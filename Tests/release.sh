#!/usr/bin/env bash
# release.sh
# Makes a release of a copy of this source, twice, and looks at it: the same bytes, checksums, a bill of materials that SPDX's own tools accept;
# and has releases refused that would not be what their name says.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "release.sh: $*" >&2
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
house=$PWD
SYSLAT_BINARY=$(realpath "${SYSLAT_BINARY:-.build-static/syslat}")
export SYSLAT_BINARY
version=$("$SYSLAT_BINARY" --version)
mkdir "$work/copy"
git ls-files -z | tar --create --null --files-from=- | tar --extract --directory="$work/copy"
cd "$work/copy"
commit() { git -c user.name=test -c user.email=test@localhost -c commit.gpgsign=false commit --quiet --all --allow-empty -m "$1"; }
git init --quiet
git add --all
commit "As it is"

# refused VERSION WORDS: the release is refused for this reason, and nothing is written.
refused() {
    ! make --silent release VERSION="$1" RELEASE="$work/refused" >"$work/out" 2>&1 || fail "a release is made, although $2"
    grep -qF "$2" "$work/out" || fail "it is refused for another reason than '$2': $(cat "$work/out")"
    [ ! -e "$work/refused" ] || fail "a refused release writes files"
}
refused "" "is no version"
refused "1.2.3-beta/../.." "is no version"
refused 99.0.0 "the source is version $version, and not 99.0.0"
# This source has changes that are not released yet. They become those of the version, together with its earlier section.
if grep -q '^### ' <(awk '/^## \[Unreleased\]/ { inside = 1; next } /^## / { inside = 0 } inside' CHANGELOG.md); then
    refused "$version" "has changes under [Unreleased]"
fi
sed -i -e "/^## \[${version//./\\.}\]/d" -e "s/^## \[Unreleased\]/## [$version] - 2026-01-01/" CHANGELOG.md
refused "$version" "not committed"
commit "Release"
sed -i "s/^## \[$version\]/## [0.0.0]/" CHANGELOG.md
refused "$version" "CHANGELOG.md has no section [$version]"
git checkout --quiet CHANGELOG.md
sed -i 's/"syslat version [0-9.]*"/"syslat version 98.7.6"/' Sources/Kernel/Capture/Session.swift
refused 98.7.6 "is version $version, and not 98.7.6: build it again"
git checkout --quiet Sources

make --silent release VERSION="$version" RELEASE="$work/1" >/dev/null
(umask 077 && TZ=Asia/Tokyo make --silent release VERSION="$version" RELEASE="$work/2" >/dev/null)
diff --recursive "$work/1" "$work/2" >/dev/null || fail "two releases differ: $(cd "$work" && sha256sum 1/* 2/* | sort)"
expected="CHANGELOG-$version.md
SHA256SUMS
syslat-$version-linux-amd64.tar.gz
syslat-$version.spdx.json
syslat-exporter_$version-1_all.deb
syslat.1
syslat_$version-1_amd64.deb"
cd "$work/1"
[ "$(LC_ALL=C ls)" = "$expected" ] || fail "a release consists of $(ls)"
sha256sum --quiet --check SHA256SUMS || fail "the checksums are wrong"
[ "$(wc -l <SHA256SUMS)" -eq 6 ] || fail "a file has no checksum"
head -n 1 "CHANGELOG-$version.md" | grep -qF "## [$version]" || fail "what changed begins with $(head -n 1 "CHANGELOG-$version.md")"
[ "$(grep -c '^## ' "CHANGELOG-$version.md")" -eq 1 ] || fail "what changed has sections of other versions"

mkdir "$work/unpacked"
tar --extract --directory="$work/unpacked" --file="syslat-$version-linux-amd64.tar.gz"
top=$work/unpacked/syslat-$version-linux-amd64
cmp "$SYSLAT_BINARY" "$top/bin/syslat" || fail "the tarball has another binary"
for file in COPYRIGHT systemd/syslat-exporter.service container/daemonset.yaml share/man/man1/syslat.1 share/doc/syslat/README.md; do
    [ -f "$top/$file" ] || fail "the tarball lacks $file"
done
[ -z "$(tar --list --verbose --numeric-owner --file="syslat-$version-linux-amd64.tar.gz" | awk '$2 != "0/0"')" ] || fail "files belong to somebody"

sbom=syslat-$version.spdx.json
jq --exit-status --slurpfile linked "$SYSLAT_BINARY.linked.json" --arg version "$version" '
    ([.packages[] | "\(.name) \(.versionInfo)"] | sort) == ([$linked[0][] | "\(.name) \(.version)"] + ["syslat \($version)"] | sort)
    and all(.packages[]; .licenseDeclared != "" and .licenseDeclared != "NOASSERTION")
    and ([.relationships[] | select(.relationshipType == "STATIC_LINK")] | length) == ($linked[0] | length)' "$sbom" >/dev/null ||
    fail "the bill of materials is not what is linked in"
cd "$house"
if Tests/Oracles/install --check; then
    .build/oracles/venv/bin/pyspdxtools --infile "$work/1/$sbom" >"$work/out" 2>&1 || fail "SPDX's tools: $(cat "$work/out")"
    sed 's/"Zlib"/"Zlub"/' "$work/1/$sbom" >"$work/wrong.spdx.json"
    ! .build/oracles/venv/bin/pyspdxtools --infile "$work/wrong.spdx.json" >/dev/null 2>&1 || fail "SPDX's tools pass a licence that doesn't exist"
    checked="accepted by SPDX's tools"
else
    [ "${SYSLAT_REQUIRE_ORACLES:-}" != 1 ] || fail "the oracles are not installed: run Tests/Oracles/install"
    checked="not checked by SPDX's tools, because the oracles are not installed"
fi
echo "release: $version twice, the same bytes; $(jq '.packages | length' "$work/1/$sbom") packages in the bill of materials, $checked"
