#!/usr/bin/env bash
# packages.sh
# Builds the Debian packages twice, without a network, and looks at them: the same bytes, lintian, licences, units. Installing them is what
# Tests/Packages/run tries.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "packages.sh: $*" >&2
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
SYSLAT_ARM64_BINARY=$(Tests/arm64-binary "$work")
export SYSLAT_ARM64_BINARY
make --silent deb PACKAGES="$work/1" >/dev/null
# The second time somewhere else, at another time of day and with other settings, and without a network.
isolated=()
[ "$(id -u)" -ne 0 ] || isolated=(unshare --net)
(umask 077 && TMPDIR=$(mktemp -d -p "$work") TZ=Asia/Tokyo LC_ALL=C.UTF-8 "${isolated[@]}" make --silent deb PACKAGES="$work/2" >/dev/null)
diff --recursive "$work/1" "$work/2" >/dev/null || fail "two builds differ: $(cd "$work" && sha256sum ./*/*.deb)"
packages=("$work"/1/syslat_*_amd64.deb "$work"/1/syslat_*_arm64.deb "$work"/1/syslat-exporter_*_all.deb)
[ "$(ls "$work/1" | wc -l)" -eq 3 ] && [ -f "${packages[0]}" ] && [ -f "${packages[1]}" ] && [ -f "${packages[2]}" ] ||
    fail "make deb made $(ls "$work/1")"

lintian=$(lintian --allow-root --info --tag-display-limit 0 --fail-on error,warning "${packages[@]}" 2>&1) ||
    fail "lintian complains:"$'\n'"$lintian"
! grep -q '^[EW]:\|unused-override' <<<"$lintian" || fail "lintian complains:"$'\n'"$lintian"

# What others see: the version, what is linked in, and the licence of each part of it.
for package in "${packages[@]}"; do dpkg-deb --raw-extract "$package" "$work/${package##*/}.d"; done
root=$(echo "$work"/syslat_*_amd64.deb.d)
exporter=$(echo "$work"/syslat-exporter_*.deb.d)
binary=${SYSLAT_BINARY:-.build-static/syslat}
# says_what_is_in_it PACKAGE BINARY
says_what_is_in_it() {
    cmp "$2" "$1/usr/bin/syslat" || fail "the packed binary is another one than $2"
    local built components=0
    built=$(sed -n 's/^Static-Built-Using: //p' "$1/DEBIAN/control")
    while IFS=$'\t' read -r name version origin source; do
        components=$((components + 1))
        grep -qF "$name $version" "$1/usr/share/doc/syslat/copyright" || fail "the copyright file lacks $name $version"
        [ "$origin" != debian ] || grep -qF "$name (= $version)" <<<"$built" || fail "Static-Built-Using lacks $name: $built"
        [ -z "$source" ] || grep -qF "$source" <<<"$built" || fail "Static-Built-Using lacks $source: $built"
    done < <(jq -r '.[] | [.name, .version, .origin, .debian_source] | @tsv' "$2.linked.json")
    [ "$components" -ge 8 ] || fail "only $components components are linked in: $2.linked.json is wrong"
    for needed in glibc libbpf elfutils zlib; do grep -qF "$needed (= " <<<"$built" || fail "Static-Built-Using lacks $needed: $built"; done
}
says_what_is_in_it "$root" "$binary"
says_what_is_in_it "$(echo "$work"/syslat_*_arm64.deb.d)" "$SYSLAT_ARM64_BINARY"
# What differs between architectures is in these files alone.
difference=$({ diff --recursive --brief "$root" "$work"/syslat_*_arm64.deb.d || true; } | sed -nE 's|^Files .*\.deb\.d/(.*) differ$|\1|p' | sort | paste -sd' ')
[ "$difference" = "DEBIAN/control DEBIAN/md5sums usr/bin/syslat usr/share/doc/syslat/copyright" ] || fail "the architectures differ in $difference"
[ "$(cut -d' ' -f3- "$root/DEBIAN/md5sums")" = "$(cut -d' ' -f3- "$work"/syslat_*_arm64.deb.d/DEBIAN/md5sums)" ] ||
    fail "one architecture has files that the other lacks"

# Nothing is enabled, and what an administrator may change is kept by upgrades.
[ -z "$(find "$root" "$exporter" -name '*.wants')" ] || fail "a unit is enabled by the packages"
! grep -rq 'deb-systemd-helper enable' "$root/DEBIAN/postinst" "$exporter/DEBIAN/postinst" ||
    grep -q 'was-enabled' "$exporter/DEBIAN/postinst" || fail "a unit is enabled on installation"
[ "$(cat "$root/DEBIAN/conffiles" "$exporter/DEBIAN/conffiles")" = "/etc/default/syslat-record"$'\n'"/etc/default/syslat-exporter" ] ||
    fail "these are conffiles: $(cat "$root/DEBIAN/conffiles" "$exporter/DEBIAN/conffiles")"
# What Prometheus, Grafana, nginx and DuckDB import is there, as it is.
for part in prometheus grafana nginx; do
    diff --recursive "packaging/$part" "$exporter/usr/share/doc/syslat-exporter/examples/$part" || fail "the example $part is another one"
done
diff --recursive packaging/duckdb "$root/usr/share/doc/syslat/examples/duckdb" || fail "the example duckdb is another one"
# A component whose licence nobody has looked up stops the build.
jq '. + [{"name": "libmystery", "version": "1", "origin": "debian", "files": [], "texts": []}]' "$binary.linked.json" >"$work/linked.json"
! packaging/legal copyright "$work/linked.json" >/dev/null 2>"$work/error" || fail "a component without a licence passes"
grep -q "licences.json has no licence of libmystery" "$work/error" || fail "it says: $(cat "$work/error")"

components=$(jq length "$binary.linked.json")
arm64=$SYSLAT_ARM64_BINARY
[ "$arm64" != "$work/stand-in" ] || arm64="a stand-in, because there is none of this source"
sizes=$(stat --format='%s' "${packages[@]}" | paste -sd' ')
echo "packages: two builds are the same, lintian has nothing to say, $components components linked in, sizes $sizes bytes; arm64: $arm64"
