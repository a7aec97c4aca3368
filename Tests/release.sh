#!/usr/bin/env bash
# release.sh
# Makes a release of a copy of this source, twice, and looks at it: the same bytes, checksums, for each architecture a bill of materials that
# SPDX's own tools accept; and has releases refused that would not be what their name says. Tests/arm64-binary says which arm64 binary is in it.
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
SYSLAT_ARM64_BINARY=$(Tests/arm64-binary "$work")
export SYSLAT_ARM64_BINARY
version=$("$SYSLAT_BINARY" --version)
mkdir "$work/copy"
git ls-files -z | tar --create --null --files-from=- | tar --extract --directory="$work/copy"
cd "$work/copy"
commit() { git -c user.name=test -c user.email=test@localhost -c commit.gpgsign=false commit --quiet --all --allow-empty -m "$1"; }
git init --quiet
git add --all
commit "As it is"

# refused VERSION WORDS [SETTING…]: the release is refused for this reason, and nothing is written.
refused() {
    ! make --silent release VERSION="$1" RELEASE="$work/refused" "${@:3}" >"$work/out" 2>&1 || fail "a release is made, although $2"
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
# The packages need a maintainer whom people can write to, unless somebody says that they don't.
maintainer="Nobody <nobody@syslat.example>"
name_maintainer() { sed -i "s/^Maintainer: .*/Maintainer: $maintainer/" packaging/debian/control; }
name_maintainer
refused "$version" "packaging/debian/control has $maintainer as Maintainer, whom nobody can reach"
refused "$version" "not committed" WITHOUT_MAINTAINER=1
maintainer="A Maintainer <maintainer@distribution.test>"
name_maintainer
refused "$version" "not committed"
commit "Release"
sed -i "s/^## \[$version\]/## [0.0.0]/" CHANGELOG.md
refused "$version" "CHANGELOG.md has no section [$version]"
git checkout --quiet CHANGELOG.md
sed -i 's/"syslat version [0-9.]*"/"syslat version 98.7.6"/' Sources/Kernel/Capture/Session.swift
refused 98.7.6 "is version $version, and not 98.7.6: build it again"
git checkout --quiet Sources

# A binary for arm64 that is missing, is another one, or says nothing of what is in it.
odd=$work/odd
refused "$version" "there is no binary for arm64 at $odd: build it with make static-arm64, or leave arm64 out with ARCHITECTURES=amd64." \
    SYSLAT_ARM64_BINARY="$odd"
cp "$SYSLAT_ARM64_BINARY" "$odd"
refused "$version" "$odd has no $odd.linked.json beside it" SYSLAT_ARM64_BINARY="$odd"
cp "$SYSLAT_ARM64_BINARY.linked.json" "$odd.linked.json"
LC_ALL=C sed -i 's/syslat version [0-9.]*/syslat version 0.0.1/' "$odd"
refused "$version" "$odd is version 0.0.1, and not $version: build it again with make static-arm64" SYSLAT_ARM64_BINARY="$odd"
LC_ALL=C sed -i 's/syslat version [0-9.]*/syslat of long ago/' "$odd"
refused "$version" "$odd doesn't say which version it is" SYSLAT_ARM64_BINARY="$odd"
refused "$version" "$SYSLAT_BINARY is for amd64, and not for arm64" SYSLAT_ARM64_BINARY="$SYSLAT_BINARY"
refused "$version" "ARCHITECTURES='arm64' is neither" ARCHITECTURES=arm64
# One where `make` would build it, which is older than the source.
mkdir -p .build-static-arm64
cp "$SYSLAT_ARM64_BINARY" .build-static-arm64/syslat
cp "$SYSLAT_ARM64_BINARY.linked.json" .build-static-arm64/syslat.linked.json
touch --date=2000-01-01 .build-static-arm64/*
refused "$version" "is older than the source: build it again with make static-arm64" SYSLAT_ARM64_BINARY=.build-static-arm64/syslat
rm -r .build-static-arm64

make --silent release VERSION="$version" RELEASE="$work/1" >/dev/null
(umask 077 && TZ=Asia/Tokyo make --silent release VERSION="$version" RELEASE="$work/2" >/dev/null)
diff --recursive "$work/1" "$work/2" >/dev/null || fail "two releases differ: $(cd "$work" && sha256sum 1/* 2/* | sort)"
expected="CHANGELOG-$version.md
SHA256SUMS
syslat-$version-linux-amd64.spdx.json
syslat-$version-linux-amd64.tar.gz
syslat-$version-linux-arm64.spdx.json
syslat-$version-linux-arm64.tar.gz
syslat-exporter_$version-1_all.deb
syslat.1
syslat_$version-1_amd64.deb
syslat_$version-1_arm64.deb"
cd "$work/1"
[ "$(LC_ALL=C ls)" = "$expected" ] || fail "a release consists of $(ls)"
sha256sum --quiet --check SHA256SUMS || fail "the checksums are wrong"
[ "$(wc -l <SHA256SUMS)" -eq 9 ] || fail "a file has no checksum"
head -n 1 "CHANGELOG-$version.md" | grep -qF "## [$version]" || fail "what changed begins with $(head -n 1 "CHANGELOG-$version.md")"
[ "$(grep -c '^## ' "CHANGELOG-$version.md")" -eq 1 ] || fail "what changed has sections of other versions"

# looks_right ARCHITECTURE BINARY: the tarball, the package and the bill of materials for it.
looks_right() {
    local name=syslat-$version-linux-$1 top=$work/unpacked/syslat-$version-linux-$1 deb=syslat_$version-1_$1.deb
    mkdir -p "$work/unpacked"
    tar --extract --directory="$work/unpacked" --file="$name.tar.gz"
    cmp "$2" "$top/bin/syslat" || fail "$name.tar.gz has another binary"
    for file in COPYRIGHT systemd/syslat-exporter.service share/man/man1/syslat.1 share/doc/syslat/README.md; do
        [ -f "$top/$file" ] || fail "$name.tar.gz lacks $file"
    done
    grep -q "kubernetes.io/arch: $1\$" "$top/container/daemonset.yaml" || fail "the DaemonSet of $name.tar.gz is for another architecture"
    [ -z "$(tar --list --verbose --numeric-owner --file="$name.tar.gz" | awk '$2 != "0/0"')" ] || fail "files of $name.tar.gz belong to somebody"

    [ "$(dpkg-deb --field "$deb" Maintainer)" = "$maintainer" ] || fail "the maintainer of $deb is $(dpkg-deb --field "$deb" Maintainer)"
    [ "$(dpkg-deb --field "$deb" Architecture)" = "$1" ] || fail "$deb is for $(dpkg-deb --field "$deb" Architecture)"
    dpkg-deb --fsys-tarfile "$deb" | tar --extract --to-stdout ./usr/bin/syslat | cmp - "$2" || fail "$deb has another binary"
    local glibc
    glibc=$(jq -r '.[] | select(.name == "glibc").version' "$2.linked.json")
    dpkg-deb --field "$deb" Static-Built-Using | grep -qF "glibc (= $glibc)" || fail "$deb: $(dpkg-deb --field "$deb" Static-Built-Using)"
    grep -qF "glibc $glibc" "$top/COPYRIGHT" || fail "COPYRIGHT of $name.tar.gz lacks glibc $glibc"

    jq --exit-status --slurpfile linked "$2.linked.json" --arg version "$version" --arg name "$name" '
        .name == $name
        and ([.packages[] | "\(.name) \(.versionInfo)"] | sort) == ([$linked[0][] | "\(.name) \(.version)"] + ["syslat \($version)"] | sort)
        and all(.packages[]; .licenseDeclared != "" and .licenseDeclared != "NOASSERTION")
        and ([.relationships[] | select(.relationshipType == "STATIC_LINK")] | length) == ($linked[0] | length)' "$name.spdx.json" >/dev/null ||
        fail "$name.spdx.json is not what is linked in"
}
looks_right amd64 "$SYSLAT_BINARY"
looks_right arm64 "$SYSLAT_ARM64_BINARY"

# Without arm64, the rest is the same.
(cd "$work/copy" && make --silent release VERSION="$version" RELEASE="$work/amd64" ARCHITECTURES=amd64 SYSLAT_ARM64_BINARY="$work/nothing" >/dev/null)
difference=$(diff --recursive --brief "$work/1" "$work/amd64" || true)
[ "$(grep -c 'Only in .*arm64' <<<"$difference")" -eq 3 ] && [ "$(grep -vc 'Only in .*arm64\|SHA256SUMS differ' <<<"$difference")" -eq 0 ] ||
    fail "without arm64, a release differs in $difference"
sbom=syslat-$version-linux-amd64.spdx.json
cd "$house"
if Tests/Oracles/install --check; then
    for file in "$work"/1/*.spdx.json; do
        .build/oracles/venv/bin/pyspdxtools --infile "$file" >"$work/out" 2>&1 || fail "SPDX's tools: $(cat "$work/out")"
    done
    sed 's/"Zlib"/"Zlub"/' "$work/1/$sbom" >"$work/wrong.spdx.json"
    ! .build/oracles/venv/bin/pyspdxtools --infile "$work/wrong.spdx.json" >/dev/null 2>&1 || fail "SPDX's tools pass a licence that doesn't exist"
    checked="accepted by SPDX's tools"
else
    [ "${SYSLAT_REQUIRE_ORACLES:-}" != 1 ] || fail "the oracles are not installed: run Tests/Oracles/install"
    checked="not checked by SPDX's tools, because the oracles are not installed"
fi
arm64=$SYSLAT_ARM64_BINARY
[ "$arm64" != "$work/stand-in" ] || arm64="a stand-in, because there is none of this source"
echo "release: $version twice, the same bytes; $(jq '.packages | length' "$work/1/$sbom") packages in the bill of materials, $checked; arm64: $arm64"
