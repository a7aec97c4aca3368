#!/usr/bin/env bash
# units.sh
# Looks at the systemd units without starting them: systemd reads them without a complaint, they are as closed as promised, and the settings
# that would break them are not there. Tests/Packages/run starts them.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${SYSLAT_BINARY:-.build-static/syslat}")
page=$(realpath Documentation/installation.md)
cd packaging/systemd
# Exposure in tenths, as systemd-analyze counts it: 0 is closed, 100 is any daemon that says nothing. Exporters of others have 92 to 96.
limit=20

fail() {
    echo "units.sh: $*" >&2
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scores=
for unit in syslat-exporter syslat-record; do
    # judge FOLDER: whether the unit there is closed enough.
    judge() { systemd-analyze security --offline=true --threshold="$limit" --no-pager "$1/$unit.service" >"$work/$unit" 2>&1; }
    judge . || fail "$unit is more open than $limit tenths:"$'\n'"$(grep '✗' "$work/$unit"; tail -n 1 "$work/$unit")"
    scores+=" $unit $(sed -nE 's/.*Overall exposure level for .*: ([0-9.]+) .*/\1/p' "$work/$unit")"
    # The judge must be able to say no.
    mkdir -p "$work/open"
    sed -E '/^(SystemCallFilter|CapabilityBoundingSet|ProtectSystem|PrivateNetwork|RestrictNamespaces)=/d' "$unit.service" \
        >"$work/open/$unit.service"
    ! judge "$work/open" || fail "a unit without its filters passes"

    # What the unit does, in order, without its comments.
    settings=$(grep -E '^[A-Z]' "$unit.service")
    [ "$(grep -c '^CapabilityBoundingSet=CAP_BPF CAP_PERFMON$' <<<"$settings")" -eq 1 ] || fail "$unit has other capabilities"
    [ "$(grep -c '^AmbientCapabilities=CAP_BPF CAP_PERFMON$' <<<"$settings")" -eq 1 ] || fail "$unit has other capabilities"
    for trap in PrivateUsers ProtectProc ProcSubset PrivatePIDs; do
        ! grep -q "^$trap=" <<<"$settings" || fail "$unit has $trap, which breaks it"
    done
    # What is allowed last stays allowed: bpf is in @privileged.
    filters=$(sed -n 's/^SystemCallFilter=//p' <<<"$settings")
    [ "$(sed -n 1p <<<"$filters")" = @system-service ] && [ "$(sed -n 2p <<<"$filters")" = "~@privileged @resources" ] &&
        [[ $(sed -n '3,$p' <<<"$filters") == "bpf perf_event_open"* ]] || fail "the filters of $unit are in another order: $filters"
done

# Both are closed in the same way.
common() { sed -n '/^# What follows is the same/,/^\[Install\]/p' "$1" | grep -E '^[A-Z]' | grep -v '^SystemCallFilter='; }
diff <(common syslat-exporter.service) <(common syslat-record.service) >"$work/diff" || fail "the units differ: $(cat "$work/diff")"

# systemd reads them, together with the drop-in, as files of this machine would be. The program is where the package puts it.
units=$work/etc/systemd/system
mkdir -p "$units/syslat-exporter.service.d" "$units/syslat-record.service.d" "$work/usr/bin" "$work/etc/default"
for file in ./*.service ./*.socket; do sed "s|/usr/bin/syslat|/bin/true|" "$file" >"$units/${file#./}"; done
for unit in syslat-exporter syslat-record; do cp more-names.conf "$units/$unit.service.d/"; done
complaints() {
    SYSTEMD_UNIT_PATH=$units: systemd-analyze verify --man=no "$units"/syslat-*.service "$units"/syslat-*.socket 2>&1 |
        grep -F -e syslat -e more-names || true
}
[ -z "$(complaints)" ] || fail "systemd complains:"$'\n'"$(complaints)"
sed 's/^KeyringMode=private/KeyringMood=private/' syslat-record.service >"$units/syslat-record.service"
grep -q KeyringMood <<<"$(complaints)" || fail "systemd doesn't complain of a setting that it doesn't know"
# The drop-in adds two capabilities, and what it costs is known.
cat syslat-exporter.service more-names.conf >"$work/syslat-exporter.service"
systemd-analyze security --offline=true --threshold=100 --no-pager "$work/syslat-exporter.service" >"$work/named" 2>&1 ||
    fail "the drop-in can't be judged"
named=$(sed -nE 's/.*Overall exposure level for .*: ([0-9.]+) .*/\1/p' "$work/named")
grep -q '✗ CapabilityBoundingSet=~CAP_SYS_PTRACE' "$work/named" || fail "the drop-in adds no CAP_SYS_PTRACE"
grep -q '✗ CapabilityBoundingSet=~CAP_SYSLOG' "$work/named" || fail "the drop-in adds no CAP_SYSLOG"

# A setting of the defaults file is one that the program knows.
for name in exporter record; do
    [ "$(sh -c ". ./syslat-$name.default; echo \"\$OPTIONS\"")" = -a ] || fail "syslat-$name.default sets something else"
done
# What `systemctl status` shows of a wrong setting is on the page as the program says it.
status=0
wrong=$("$binary" serve -a --keep 5ms 2>&1) || status=$?
[ $status -eq 64 ] || fail "a wrong setting ends the program with $status, and it is started again and again"
grep -qF "]: $(head -n 1 <<<"$wrong")" "$page" || fail "the page says something else of a wrong setting than: $wrong"
echo "units: exposure$scores (with more names $named)"
