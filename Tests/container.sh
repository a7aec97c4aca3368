#!/usr/bin/env bash
# container.sh
# Puts the image's files together as the Containerfile says, runs them with the rights that the DaemonSet gives, and has the DaemonSet checked
# against Kubernetes' own schemas. No container engine is needed.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "container.sh: $*" >&2
    exit 1
}

work=$(mktemp -d)
server=
sleeper=
trap 'for job in $server $sleeper; do kill -KILL "$job" 2>/dev/null || true; done; rm -rf "$work"' EXIT
make --silent container CONTAINER="$work/context" >/dev/null

# The image: every instruction is one of these, and no file comes from elsewhere.
image=$work/image
mkdir -p "$image/proc" "$image/sys"
while read -r instruction rest; do
    case $instruction in
        FROM) [ "$rest" = scratch ] || fail "the image builds on $rest" ;;
        COPY) cp "$work/context/${rest% *}" "$image/${rest#* }" ;;
        ENTRYPOINT) entry=$(jq -r '.[]' <<<"$rest") ;;
        CMD) readarray -t command < <(jq -r '.[]' <<<"$rest") ;;
        EXPOSE) port=$rest ;;
        *) fail "the Containerfile has $instruction, which this test doesn't know" ;;
    esac
done < <(grep -E '^[A-Z]' "$work/context/Containerfile")
grep -q "^libbpf " "$image/copyright" || fail "the image says nothing of the licences in it"

# The DaemonSet: Kubernetes takes it, and it asks for these rights alone.
daemonset=$work/context/daemonset.yaml
! grep -q '@[A-Z]*@' "$daemonset" || fail "something in daemonset.yaml is not filled in"
venv=.build/oracles/venv/bin
if Tests/Oracles/install --check; then
    "$venv/kubernetes-validate" --strict "$daemonset" >"$work/out" 2>&1 || fail "kubernetes-validate: $(cat "$work/out")"
    sed 's/hostPID:/hostPid:/' "$daemonset" >"$work/typo.yaml"
    ! "$venv/kubernetes-validate" --strict "$work/typo.yaml" >/dev/null 2>&1 || fail "kubernetes-validate passes a field that doesn't exist"
    "$venv/python" -c 'import json, sys, yaml; print(json.dumps([d for d in yaml.safe_load_all(open(sys.argv[1]))]))' "$daemonset" |
        jq --exit-status --arg port "$port" --argjson arguments "$(printf '%s\n' "${command[@]}" | jq -R . | jq -s .)" '
            (.[] | select(.kind == "DaemonSet") | .spec.template.spec) as $pod | $pod.containers[0] as $c | $c.securityContext as $s
            | $pod.hostPID and ($pod.hostNetwork // $pod.hostIPC // $s.privileged | not) and ($pod.volumes // [] | length == 0)
            and $s.capabilities == {"drop": ["ALL"], "add": ["BPF", "PERFMON"]} and $s.readOnlyRootFilesystem
            and $s.allowPrivilegeEscalation == false and $s.seccompProfile.type == "RuntimeDefault"
            and $c.args == $arguments and ($c.ports[0].containerPort | tostring) == $port' >/dev/null || fail "the DaemonSet asks for other rights"
    checked="DaemonSet valid for $("$venv/python" -c 'import importlib.metadata as m; print("kubernetes-validate", m.version("kubernetes-validate"))')"
elif [ "${SYSLAT_REQUIRE_ORACLES:-}" = 1 ]; then
    fail "the oracles are not installed: run Tests/Oracles/install"
else
    checked="DaemonSet not validated, because the oracles are not installed"
fi

# The program, with these rights and nothing else. root as in the image, so that the folder is of no use to anybody.
[ "$(id -u)" -eq 0 ] || { echo "container: $checked; not run, which takes root"; exit 0; }
if ! Tests/as-container "$image" "$entry" doctor >"$work/doctor" 2>&1; then
    [ "${SYSLAT_REQUIRE_BPF:-}" != 1 ] || fail "doctor: $(cat "$work/doctor")"
    echo "container: $checked; not run, because this host refuses BPF: $(grep -m 1 FAILED "$work/doctor")"
    exit 0
fi
# A machine of its own may make no call at all in a second.
while sleep 0.05; do :; done &
sleeper=$!
# Its end is not worth a word of the shell's.
disown
Tests/as-container "$image" "$entry" profile -a -d 1s --format json >"$work/profiled" 2>"$work/error" ||
    fail "profile -a fails in the image with $?: $(cat "$work/error")"
jq --exit-status '.balance.entered > 0 and .balance.lost == 0' "$work/profiled" >/dev/null ||
    fail "profile -a in the image: $(jq -c .balance "$work/profiled") $(cat "$work/error")"
status=0
Tests/as-container "$image" "$entry" profile -o /saved -- "$entry" --version >/dev/null 2>"$work/error" || status=$?
[ $status -ne 0 ] && grep -qi 'read-only' "$work/error" || fail "the root file system can be written: $status, $(cat "$work/error")"

# What the image starts by itself, in a network of its own.
unshare --net bash -euo pipefail -c 'ip link set lo up; exec "$@"' serve Tests/as-container "$image" "$entry" "${command[@]}" 2>"$work/served" &
server=$!
get() { nsenter --net="/proc/$server/ns/net" curl -sf --max-time 10 "http://127.0.0.1:$port$1"; }
serves() { get / >"$work/index" && get /metrics >"$work/metrics" && grep -q '^syslat_syscall_duration_seconds_count' "$work/metrics"; }
for ((i = 0; i < 60; i++)); do
    kill -0 "$server" 2>/dev/null || fail "it ends: $(cat "$work/served")"
    ! serves 2>/dev/null || break
    sleep 1
done
serves || fail "it serves no latency: $(cat "$work/served")"
# CAP_PERFMON is 38, CAP_BPF 39.
[ "$(awk '/^CapBnd:/ { print $2 }' "/proc/$server/status")" = 000000c000000000 ] || fail "it may get other capabilities"
[ "$(awk '/^NoNewPrivs:/ { print $2 }' "/proc/$server/status")" = 1 ] || fail "it may get other privileges"
kill -TERM "$server"
wait "$server" || fail "it ends with $?: $(cat "$work/served")"
server=
echo "container: $checked; image of $(du -sb "$image" | cut -f1) bytes profiles and serves with CAP_BPF and CAP_PERFMON alone"
