#!/usr/bin/env bash
# install.sh
# Installs into an empty folder, looks at every file there, and takes everything away again.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# A name that the Makefile has to quote.
destination="$folder/a package"
make --silent install-parts

# As somebody who may write nothing else, if there is somebody.
plain=()
if [ "$(id -u)" -eq 0 ]; then
    chmod 755 "$folder"
    install -d -o nobody "$destination"
    if setpriv --reuid=nobody --regid=nogroup --clear-groups test -r Makefile; then
        plain=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
    else
        echo "install.sh: root installs, since nobody may not read $PWD"
    fi
fi
"${plain[@]}" make install PREFIX=/usr DESTDIR="$destination" >/dev/null

pages=(README.md LICENSE CHANGELOG.md CONTRIBUTING.md SECURITY.md Documentation/*.md Documentation/decisions/*.md
    Documentation/schema/*.json Documentation/images/*.png)
expected="644 /usr/share/bash-completion/completions/syslat
$(printf '644 /usr/share/doc/syslat/%s\n' "${pages[@]}" | LC_ALL=C sort)
644 /usr/share/fish/vendor_completions.d/syslat.fish
644 /usr/share/man/man1/syslat.1
644 /usr/share/zsh/site-functions/_syslat
755 /usr/bin/syslat"
installed=$(find "$destination" -type f -printf '%m /%P\n' | LC_ALL=C sort)
[ "$installed" = "$expected" ] || fail "these files are installed:"$'\n'"$installed"

# The pages: what they link to is installed too.
doc="$destination/usr/share/doc/syslat"
links=0
while IFS=: read -r page link; do
    target=${link%%#*}
    [ -e "$(dirname "$page")/$target" ] || fail "$page links to $target, which is not installed"
    links=$((links + 1))
done < <(cd "$doc" && grep -roE --include='*.md' '\]\([^)#: ]+(#[^) ]*)?\)' "$PWD" | sed -E 's/\]\(|\)$//g')
[ "$links" -ge 50 ] || fail "the pages have $links links: this test reads them wrongly"

# The program.
syslat="$destination/usr/bin/syslat"
version=$("$syslat" --version)
[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "syslat --version says '$version'"
"$syslat" report --help >/dev/null

# The page: troff finds nothing to complain of, and every option that help lists is in it, but none that help hides.
page="$destination/usr/share/man/man1/syslat.1"
complaints=$(groff -man -Tutf8 -ww -z "$page" 2>&1) || complaints+=" (it failed)"
[ -z "$complaints" ] || fail "troff complains of the man page:"$'\n'"$complaints"
text=$(groff -man -Tascii -P-cbou "$page")
grep -qF "syslat $version" <<<"$text" || fail "the man page does not say that it is of version $version"
count=0
for command in profile record report bench compare diff "trial start" "trial status" "trial abort" vdso doctor; do
    # From the title of its section to the next one.
    section=$(awk -v title="SYSLAT ${command^^}" '/^[A-Z]/ { inside = $0 == title } inside' <<<"$text")
    section+=$(awk '/^[A-Z]/ { inside = $0 == "OPTIONS OF EVERY SUBCOMMAND" } inside' <<<"$text")
    read -ra words <<<"$command"
    options=$("$syslat" "${words[@]}" --help | grep -oE '^  (-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+')
    for option in $options; do
        grep -qE -- "^ +(-[a-z], )?$option( |\$)" <<<"$section" || fail "$option of syslat $command is not in the man page"
        count=$((count + 1))
    done
done
[ "$count" -ge 25 ] || fail "help lists $count options: this test reads it wrongly"

# The completions: each shell reads its own.
completions="$destination/usr/share/bash-completion/completions/syslat"
bash -n "$completions"
skipped=""
for shell in zsh fish; do
    file=$(echo "$destination"/usr/share/"$shell"/*/*syslat*)
    for option in ring-size vdso-ticks function; do
        grep -q -- "$option" "$file" || fail "$file does not complete --$option"
    done
    if command -v "$shell" >/dev/null; then
        "$shell" -n "$file"
    else
        skipped+=" ($shell is not installed, and has not read its own)"
    fi
done
shown=$(grep -rlF -e histogram-of -e 'histogram\-of' "$destination/usr/share") || true
[ -z "$shown" ] || fail "--histogram-of is hidden from people, but stands in $shown"

# complete WORD...: what bash offers for the last word, one a line.
complete() {
    bash -euo pipefail -c '
        source "$1"
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMPREPLY=()
        COMP_POINT=${#COMP_LINE}
        set +eu
        _syslat syslat "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf "%s\n" "${COMPREPLY[@]}"' complete "$completions" "$@"
}
[ "$(complete syslat prof)" = profile ] || fail "bash does not complete syslat prof"
[ "$(complete syslat profile --dur)" = --duration ] || fail "bash does not complete syslat profile --dur"
[ "$(complete syslat profile --vd)" = --vdso-ticks ] || fail "bash does not complete syslat profile --vd"
[ "$(complete syslat vd)" = vdso ] || fail "bash does not complete syslat vd"
[ "$(complete syslat vdso --fu)" = --function ] || fail "bash does not complete syslat vdso --fu"
[ "$(complete syslat vdso --format j)" = json ] || fail "bash does not complete syslat vdso --format j"
[ "$(complete syslat profile --sort me)" = mean ] || fail "bash does not complete syslat profile --sort me"
[ "$(complete syslat report READ)" = README.md ] || fail "bash does not complete a file's name after syslat report"
# A completion leaves the shell as it was, with the traps that somebody has set.
bash -euo pipefail -c '
    source "$1"
    trap "returns+=x" RETURN
    COMP_WORDS=(syslat prof) COMP_CWORD=1 COMP_LINE="syslat prof" COMP_POINT=11 COMPREPLY=()
    set +e +u
    before=$(shopt -p; shopt -po)
    _syslat syslat prof syslat
    [ "$before" = "$(shopt -p; shopt -po)" ] || exit 1
    shopt -s globstar
    set +o pipefail
    source /dev/null
    shopt -q globstar && ! shopt -qo pipefail && [ "$returns" = x ] && [[ "$(trap -p RETURN)" == *returns+=x* ]]' \
    settings "$completions" || fail "a completion changes the settings or traps of bash"

"${plain[@]}" make uninstall PREFIX=/usr DESTDIR="$destination" >/dev/null
[ -z "$(find "$destination" -type f)" ] || fail "make uninstall leaves files: $(find "$destination" -type f)"
[ ! -e "$destination/usr/share/doc/syslat" ] || fail "make uninstall leaves share/doc/syslat"
echo "installation: syslat $version, $links links between pages, man page with $count options, completions for bash, zsh and fish$skipped"
