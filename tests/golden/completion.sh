#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Completion scripts: bash's is run, zsh's and fish's are read by their shells.
set -eu
. tests/lib.sh

"$WHITTLE" help --completion bash >"$T/bash"
check 'bash reads it' bash -n "$T/bash"

# completes WORDS... -- EXPECTED: what the last word is completed to
completes() {
    local words=("${@:1:$#-2}") want=${*: -1} got
    got=$(bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _whittle; printf "%s\n" "${COMPREPLY[@]}"' - \
        "$T/bash" "${words[@]}")
    [ "$got" = "$want" ] && pass "${words[*]}" || fail "${words[*]}" "$got"
}
completes whittle ex -- explain
completes whittle merge --int -- --intersect
completes whittle check --consumer cr -- crun
completes whittle help --completion f -- fish
completes whittle check --consumer = cr -- crun # as readline takes --consumer=cr apart
completes whittle check --consumer = -- $'any\ndocker\npodman\nkubernetes\nrunc\ncrun'
completes whittle convert --format ku -- kubernetes
completes whittle convert --default-action kill-p -- kill-process
completes whittle show --arch aa -- aarch64
completes whittle show --cap CAP_SYS_A -- CAP_SYS_ADMIN
completes whittle record --runtime r -- runc
completes whittle record --user roo -- root
completes whittle record -u roo -- root
completes whittle help sna -- snapshot
completes whittle help --comp -- --completion
check_status 2 'no shell of that name' "$WHITTLE" help --completion none
mkdir "$T/dir"
cd "$T/dir"
touch one.json two.json
completes whittle show o -- one.json
# what follows "--" is a command, and no option is whittle's there
install -m 755 /dev/null "$T/dir/only-here"
PATH=$PATH:$T/dir completes whittle record -o p.json -- only-h -- only-here
completes whittle record -- ls --int -- ''
completes whittle record -- cat t -- two.json
completes whittle show -- tw -- two.json # of a command that runs none "--" only ends the options

# names that are asked for, of programs that answer, fail and hang
mkdir "$T/bin"
program() { # NAME < SCRIPT
    { echo '#!/bin/sh' && cat; } >"$T/bin/$1"
    chmod +x "$T/bin/$1"
}
PATH=$T/bin:$PATH
program docker <<<'[ "$*" = "ps --format {{.Names}}" ] && echo web && echo "we\$(touch '"$T/run"')"'
program podman <<<'echo no >&2; exit 1'
program nerdctl <<<'echo weaver; exec sleep 100'
program systemctl <<'END'
[ "$1" = list-units ] || exit 1
echo 'dev-sda1\x2dx.service loaded active running nginx'
echo 'nginx.service loaded active running A high performance web server'
END
program whittle <<'END'
[ "$*" = 'status --json' ] || exit 1
cat <<'E'
{
  "version": 1,
  "recordings": [
    {
      "name": "web",
      "state": "recording",
      "target": "\"name\": \"other\",",
      "age_ns": 5
    },
    {
      "name": "db-1",
      "state": "gone"
    }
  ]
}
E
END
completes whittle record --container w -- $'web\nwe$(touch '"$T/run"$')\nweaver'
[ ! -e "$T/run" ] && pass 'no name is run' || fail 'no name is run'
completes whittle audit --unit n -- nginx.service
completes whittle start web --unit d -- 'dev-sda1\x2dx.service'
completes whittle stop '' -- $'web\ndb-1'
completes whittle snapshot d -- db-1
completes whittle status --j -- --json
mv "$T/bin/whittle" "$T/bin/kept"
program whittle <<<'echo "whittle: error: it is for root" >&2; exit 1'
completes whittle stop '' -- ''
mv "$T/bin/kept" "$T/bin/whittle"

# every option of every command is in each of them
"$WHITTLE" help --options | while read -r command option; do
    [ -n "$option" ] || continue
    for shell in bash zsh fish; do
        "$WHITTLE" help --completion $shell | grep -qF -- "${option#--}" || echo "$shell: $command $option"
    done
done >"$T/missing"
[ ! -s "$T/missing" ] && pass 'every option is there' || fail 'every option is there' "$(head -n 3 "$T/missing")"

# zsh completes in a line that is being typed, and so at a terminal; what is there then is printed in place of being run
zsh_completes() {
    local typed want
    mkdir "$T/functions"
    cp "$T/zsh" "$T/functions/_whittle"
    cat >"$T/type" <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "fpath=($1 \$fpath) path=($2 \$path) PS1= RPS1=; autoload -U compinit; compinit -u -D; print re''ady"
zpty -r shell said '*ready*'
zpty -w -n shell "$3"$'\t'
sleep 1
zpty -w -n shell $'\C-aprint -r -- \C-eEND\n'
zpty -r shell said '*END*END*'
print -r -- $said
END
    while IFS='|' read -r typed want; do
        timeout 60 zsh -f "$T/type" "$T/functions" "$T/dir" "$typed" >"$T/out" 2>&1 || :
        tail -n 1 "$T/out" | grep -qF "$want" && pass "zsh: $typed" || fail "zsh: $typed" "$(tail -n 1 "$T/out" | cat -v)"
    done <<'END'
whittle record -- only-h|whittle record -- only-hereEND
whittle show -- tw|whittle show -- two.jsonEND
whittle check --consumer cr|whittle check --consumer crunEND
whittle convert --format ku|whittle convert --format kubernetesEND
whittle record --unit ng|whittle record --unit nginx.serviceEND
whittle stop d|whittle stop db-1END
whittle help sna|whittle help snapshotEND
END
}

fish_completes() {
    local typed want
    while IFS='|' read -r typed want; do
        got=$(fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$T/fish" "$typed" 2>&1 | cut -f 1) || :
        [ "$got" = "$want" ] && pass "fish: $typed" || fail "fish: $typed" "$got"
    done <<'END'
whittle check --consumer cr|crun
whittle convert --format ku|kubernetes
whittle record --unit ng|nginx.service
whittle stop d|db-1
whittle help sna|snapshot
END
}

for shell in zsh fish; do
    "$WHITTLE" help --completion $shell >"$T/$shell"
    if command -v $shell >/dev/null; then
        check "$shell reads it" $shell -n "$T/$shell"
        ${shell}_completes
    else
        skip "$shell reads it" "$shell is not installed"
    fi
done
