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
make --silent deb PACKAGES="$work/1" >/dev/null
# The second time somewhere else, at another time of day and with other settings, and without a network.
isolated=()
[ "$(id -u)" -ne 0 ] || isolated=(unshare --net)
(umask 077 && TMPDIR=$(mktemp -d -p "$work") TZ=Asia/Tokyo LC_ALL=C.UTF-8 "${isolated[@]}" make --silent deb PACKAGES="$work/2" >/dev/null)
diff --recursive "$work/1" "$work/2" >/dev/null || fail "two builds differ: $(cd "$work" && sha256sum ./*/*.deb)"
packages=("$work"/1/syslat_*_amd64.deb "$work"/1/syslat-exporter_*_all.deb)
[ "$(ls "$work/1" | wc -l)" -eq 2 ] && [ -f "${packages[0]}" ] && [ -f "${packages[1]}" ] || fail "make deb made $(ls "$work/1")"

lintian=$(lintian --allow-root --info --tag-display-limit 0 --fail-on error,warning "${packages[@]}" 2>&1) ||
    fail "lintian complains:"$'\n'"$lintian"
! grep -q '^[EW]:\|unused-override' <<<"$lintian" || fail "lintian complains:"$'\n'"$lintian"

# What others see: the version, what is linked in, and the licence of each part of it.
for package in "${packages[@]}"; do dpkg-deb --raw-extract "$package" "$work/${package##*/}.d"; done
root=$(echo "$work"/syslat_*.deb.d)
exporter=$(echo "$work"/syslat-exporter_*.deb.d)
binary=${SYSLAT_BINARY:-.build-static/syslat}
cmp "$binary" "$root/usr/bin/syslat" || fail "the packed binary is another one"
built=$(sed -n 's/^Static-Built-Using: //p' "$root/DEBIAN/control")
components=0
while IFS=$'\t' read -r name version origin; do
    components=$((components + 1))
    grep -qF "$name $version" "$root/usr/share/doc/syslat/copyright" || fail "the copyright file lacks $name $version"
    [ "$origin" != debian ] || grep -qF "$name (= $version)" <<<"$built" || fail "Static-Built-Using lacks $name: $built"
done < <(jq -r '.[] | [.name, .version, .origin] | @tsv' "$binary.linked.json")
[ "$components" -ge 8 ] || fail "only $components components are linked in: $binary.linked.json is wrong"
for needed in glibc libbpf elfutils zlib; do grep -qF "$needed (= " <<<"$built" || fail "Static-Built-Using lacks $needed: $built"; done

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

sizes=$(stat --format='%s' "${packages[@]}" | paste -sd' ')
echo "packages: two builds are the same, lintian has nothing to say, $components components linked in, sizes $sizes bytes"
