#!/usr/bin/env bash
# static-binary.sh BINARY
# Proves that the static binary needs nothing: it runs in an empty folder, with no other file than /proc and /sys. Without those it still
# starts and shows profiles. Of a binary for another architecture, only what the file says is checked.
set -euo pipefail

binary=$(realpath "$1")
headers=$(readelf --wide --file-header --program-headers --dynamic "$binary")
! grep --quiet -E 'INTERP|\(NEEDED\)' <<<"$headers" || { echo "$binary is not static" >&2; exit 1; }
for protection in 'Type: +DYN' 'GNU_RELRO' 'BIND_NOW' 'GNU_STACK .* RW '; do
    grep --quiet -E "$protection" <<<"$headers" || { echo "$binary lacks '$protection' (readelf)" >&2; exit 1; }
done
size=$(stat --format=%s "$binary")
[ "$size" -le 25000000 ] || { echo "$binary has $size bytes, more than 25 MB" >&2; exit 1; }
# What packaging/make-release reads from a binary that can't be run.
text=$({ grep --text --only-matching -E 'syslat version [0-9.]+' "$binary" || true; } | head -n 1)
[ -n "$text" ] || { echo "$binary doesn't have its version in it as text" >&2; exit 1; }
machine() { readelf --file-header "$1" | sed -n 's/^ *Machine: *//p'; }
if [ "$(machine "$binary")" != "$(machine /proc/self/exe)" ]; then
    echo "static binary: $size bytes for $(machine "$binary"), $text, not run here"
    exit
fi

jail=$(mktemp -d)
trap 'rm -rf "$jail"' EXIT
mkdir "$jail/proc" "$jail/sys"
cp "$binary" "$jail/syslat"
# The mounts live in a namespace of their own and go away with it.
unshare --mount bash -euo pipefail -c '
    mount -t proc proc "$0/proc"
    mount -t sysfs sysfs "$0/sys"
    chroot "$0" /syslat doctor >&2
    chroot "$0" /syslat profile --format json -o /saved -- /syslat --version
' "$jail" | tail -n 1 | jq --exit-status '
    .balance as $b | ($b.entered > 0 and $b.lost == 0
        and $b.entered == $b.completed + $b.in_flight + $b.never_returned + $b.lost)' >/dev/null
version=$(chroot "$jail" /syslat --version)
[ "$version" = "$("$binary" --version)" ] || { echo "without /proc, --version prints '$version'" >&2; exit 1; }
[ "$text" = "syslat version $version" ] || { echo "--version prints '$version', and in the binary stands '$text'" >&2; exit 1; }
chroot "$jail" /syslat report --format json /saved | jq --exit-status '.balance.entered > 0' >/dev/null
status=0
chroot "$jail" /syslat profile -- /syslat 2>"$jail/error" || status=$?
[ "$status" -eq 1 ] && grep --quiet "/proc isn't mounted" "$jail/error" ||
    { echo "without /proc, profile ends with $status and says: $(cat "$jail/error")" >&2; exit 1; }
echo "static binary: $size bytes, runs in an empty chroot, balance closes"
