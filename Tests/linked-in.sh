#!/usr/bin/env bash
# linked-in.sh
# Asks Tools/linked-in what a made-up cross build has linked in: files of the sysroot, of the chroot and of nobody. The packages are made here, and
# recorded as Tools/arm64/make-chroot records those of the real sysroot.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "linked-in.sh: $*" >&2
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
house=$PWD
chroot=$work/sid
sysroot=$chroot/opt/arm64.artifactbundle/arm64/sysroot
eval "$(sed -n '/^record_package() {$/,/^}$/p' Tools/arm64/make-chroot)"

# installed ROOT PACKAGE SOURCE ARCHITECTURE FILE: a package with this file and a copyright file, unpacked below ROOT and in its database.
installed() {
    local tree=$work/$2-$4
    mkdir -p "$tree/DEBIAN" "$(dirname "$tree/$5")" "$tree/usr/share/doc/$2" "$1"
    echo "code" >"$tree/$5"
    echo "Licence of $3 for $4" >"$tree/usr/share/doc/$2/copyright"
    printf 'Package: %s\nSource: %s\nVersion: 1:2.3-4+b1\nArchitecture: %s\nMaintainer: test\nDescription: test\n' "$2" "$3 (1:2.3-4)" "$4" \
        >"$tree/DEBIAN/control"
    dpkg-deb --root-owner-group --build "$tree" "$work/package.deb" >/dev/null
    record_package "$work/package.deb" "$1/var/lib/dpkg"
    dpkg-deb --extract "$work/package.deb" "$1"
}
installed "$sysroot" libc6-dev glibc arm64 usr/lib/aarch64-linux-gnu/libc.a
installed "$sysroot" swiftlang swiftlang arm64 usr/libexec/swift/lib/swift_static/linux/libdispatch.a
installed "$chroot" libgcc-16-dev gcc-16 amd64 usr/lib/gcc/x86_64-linux-gnu/16/libgcc.a
ln -s usr/lib "$sysroot/lib"
ln -s ../libexec/swift/lib/swift_static "$sysroot/usr/lib/swift_static"

mkdir "$work/scratch"
echo '{"object": {"dependencies": []}}' >"$work/scratch/workspace-state.json"
# map FILE…: a map of lld that has linked these.
map() {
    echo "             VMA              LMA     Size Align Out     In      Symbol"
    printf '          100100           100100       40     8         %s:(.text)\n' "$@"
}
inside=/opt/arm64.artifactbundle/arm64/sysroot
files=("$inside/lib/aarch64-linux-gnu/libc.a(exit.o)" "$inside/usr/lib/swift_static/linux/libdispatch.a(queue.o)"
    "/usr/lib/gcc/x86_64-linux-gnu/16/libgcc.a(x.o)")
map "${files[@]}" >"$work/map"
"$house/Tools/linked-in" "$work/map" "$work/scratch" "$chroot" >"$work/linked" || fail "it fails"
jq --exit-status '. == [
    {name: "gcc-16", version: "1:2.3-4", origin: "debian", files: ["libgcc.a"], texts: ["Licence of gcc-16 for amd64\n"]},
    {name: "glibc", version: "1:2.3-4", origin: "debian", files: ["libc.a"], texts: ["Licence of glibc for arm64\n"]},
    {name: "swift-corelibs-libdispatch", version: "2.3", origin: "toolchain", files: ["libdispatch.a"],
        texts: ["Licence of swiftlang for arm64\n"], debian_source: "swiftlang (= 1:2.3-4)"}
]' "$work/linked" >/dev/null || fail "it says: $(cat "$work/linked")"

# Files of no package. The last is one of a package of this machine, which says nothing of the chroot.
for file in "$inside/usr/lib/libstray.a" /usr/lib/libstray.a "$(dpkg -L libc6-dev | grep '/libc\.a$')"; do
    mkdir -p "$(dirname "$chroot$file")"
    touch "$chroot$file"
    map "${files[@]}" "$file" >"$work/map"
    ! "$house/Tools/linked-in" "$work/map" "$work/scratch" "$chroot" >/dev/null 2>"$work/error" || fail "$file passes"
    grep -qF "$chroot$file is linked in, but belongs to no Debian package" "$work/error" || fail "of $file it says: $(cat "$work/error")"
done
echo "linked-in: components of a sysroot and of a chroot have their packages, and files of no package are refused"
