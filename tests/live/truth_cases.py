# SPDX-License-Identifier: BSD-2-Clause
"""The programs that tests/live/truth.py runs, one row each. Data only.

A command is an argument list, quoted as for a shell, or the text of a program for /bin/sh -e if its row
is made by script(). @NAME is tests/programs/NAME.c, built. All run in an empty directory, so what they
need they make themselves; they must not need a terminal, a network, or much more than a second.
"""
from typing import NamedTuple


class Case(NamedTuple):
    name: str
    command: str
    needs: str = ""  # programs, beside the first word of the command
    status: int = 0
    exact: bool = False  # nothing depends on time or neighbours: compare the numbers of calls as well
    probe: bool = False  # it prints its own calls: "ARCH NUMBER SUBCALL NAME CALLS"
    i386: bool = False  # needs a kernel that runs 32-bit programs
    shell: bool = False


def script(name, text, needs="", **more):
    return Case(name, text, needs, shell=True, **more)


CASES = [
    # The second oracle, and what it can be asked for.
    Case("probe", "@probe", exact=True, probe=True),
    Case("probe-odd", "@probe odd", exact=True, probe=True, i386=True),

    # Small programs of distributions.
    Case("true", "/bin/true", exact=True),
    Case("ls", "ls -la /etc /usr/bin", exact=True),
    script("cp-find", """
        mkdir -p a/b/c && echo one >a/one && echo two >a/b/two && ln -s one a/link && mkfifo a/fifo
        cp -a a copy && mv copy/one copy/moved && chmod -R go-w copy && ln copy/moved copy/hard
        find copy -type f -newer a -o -name 'm*' -exec stat {} + && touch -d yesterday a/one
        dd if=/dev/zero of=zeros bs=4k count=10 conv=fsync && truncate -s 100 zeros && df . && du -s a
        rm -rf a copy zeros""", "find stat dd"),
    script("sort", "seq 30000 | sort -r >down && sort -n -S 100k -T . down | uniq -c | tail -1", "seq"),
    script("text", """
        seq 2000 | awk '{ n += $1; print n, $1 % 7 }' | sed -n 's/ 3$/ three/p' | grep -c three
        printf 'a b\\nc d\\n' >words && sed -i s/a/x/ words && cut -d' ' -f2 words | tr a-z A-Z | paste -s
        diff words /dev/null | head -1 || true""", "awk sed grep diff"),
    script("xargs", "seq 40 | xargs -P 2 -n 5 echo | wc -l; printf 'x\\0y\\0' | xargs -0 -I@@ test @@", "xargs"),
    script("tar-gzip", """
        mkdir d && seq 5000 >d/numbers && cp d/numbers d/more && tar czf d.tgz d && rm -r d && tar xzf d.tgz
        tar tf d.tgz && gzip -9 <d/numbers | gunzip | cksum""", "tar gzip"),
    Case("sha256sum", "sha256sum /bin/sh /bin/ls", exact=True),

    # Shells.
    script("dash", """
        trap 'echo bye' EXIT; trap 'echo hup' HUP
        kill -HUP $$; f() { read x; echo "$x$1"; }; echo text | f more
        for i in 1 2 3; do (exit $i) || echo $?; done; x=$(pwd; cat <<END
here
END
        ); echo "$x" >out; while read -r line; do echo $line; done <out; sleep 0.01 & wait $!; umask; ulimit -n
        test -d . && cd / && exec 3<. && test -e /dev/fd/3"""),
    Case("bash", """bash -c 'mapfile -t a <<<"$(seq 9)"
        coproc cat; echo to >&${COPROC[1]}; read -r x <&${COPROC[0]}; exec {COPROC[1]}>&-; wait
         cat <(echo $x) - <<<"${#a[@]}"; [[ -e / && $x =~ t ]]; printf "%(%Y)T\\n" -1'"""),
    Case("busybox", """busybox sh -c 'ls -l / >list; busybox uname -a | busybox md5sum
        busybox tar c list | busybox gzip | wc -c
        busybox awk "END { print NR }" list; sleep 0.01; busybox find . -type f'"""),
    script("orphan", "(sleep 0.3; mkdir late; rmdir late) >/dev/null 2>&1 & exit 0"),
    script("killed", "kill -TERM $$", status=128 + 15),
    script("failing", "cat /nonexistent || exit 42", status=42),

    # Launchers and changes of what a process is.
    Case("exec-others", "env -i nice -n 1 nohup setsid -w stdbuf -o0 timeout 9 chrt -o 0 /bin/true", "chrt"),
    script("namespaces", """
        unshare -m -p -f -u -n -i -C sh -c '
            mount -t tmpfs none /mnt; hostname inner; echo $$; cat /proc/self/cgroup'
        unshare -U -r id -u""", "unshare"),
    Case("other-user", "setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs id", exact=True),

    # Interpreters.
    script("python", """
        cat >program.py <<'END'
import json, os, socket, subprocess, tempfile, threading
with tempfile.TemporaryFile("w+") as file:
    json.dump({"a": [1, 2]}, file)
print(subprocess.run(["/bin/echo", "child"], capture_output=True).stdout)
left, right = socket.socketpair()
thread = threading.Thread(target=lambda: right.send(left.recv(9)))
thread.start()
right.send(b"hello")
thread.join()
print(sorted(os.listdir("/"))[:1], os.urandom(1) != b"", os.cpu_count() > 0)
END
        python3 program.py""", "python3"),
    script("perl", """
        cat >program.pl <<'END'
use IO::Socket::UNIX;
$SIG{ALRM} = sub { print "alarm\\n" };
open(my $out, ">", "text") or die; print $out "x" x 9999; close $out; print -s "text", "\\n";
pipe(my $r, my $w); if (!fork) { syswrite $w, "child"; exit 3 }
sysread $r, my $got, 5; wait; print $got, $? >> 8, "\\n";
my $s = IO::Socket::UNIX->new(Local => "socket", Listen => 1); rename "text", "other"; unlink "other", "socket";
alarm 1; select undef, undef, undef, 2;
END
        perl program.pl""", "perl"),
    # The parent sleeps when its child ends, and ignores that; see truth.artefacts.
    Case("ignored-signal", "perl -e 'fork || exit select undef, undef, undef, 0.1; sleep 1; wait'"),
    script("node", """
        cat >program.js <<'END'
const fs = require('fs'), zlib = require('zlib');
fs.writeFileSync('file', 'x'.repeat(1000));
fs.promises.readFile('file').then(data => zlib.gzip(data, (error, out) => console.log(out.length)));
setTimeout(() => console.log(require('child_process').execFileSync('/bin/echo', ['child']).toString()), 20);
END
        node program.js""", "node"),
    script("sqlite", """
        echo 'create table t (n); insert into t values (1), (2); select sum(n) from t;' | sqlite3 file.db
        sqlite3 file.db 'pragma journal_mode = wal; insert into t select n + 2 from t; select count(*) from t'""",
           "sqlite3"),

    # Development.
    script("git", """
        git init -q . && git config user.email me && git config user.name n
        echo text >file && touch -d yesterday file && git add file # git looks again at what is not older than its index
        git -c gc.auto=0 commit -qm first && git mv file moved && git -c gc.auto=0 commit -qam second
        git log --stat --oneline && git status --short && git gc -q && git fsck""", "git"),
    script("make", """
        printf 'all: a b\\na b:\\n\\techo $@ >$@; sleep 0.05\\n.PHONY: all\\n' >Makefile
        make -j2 && make -q""", "make"),
    script("gcc", """
        printf '#include <stdio.h>\\nint main(void) { return !printf("built\\\\n"); }\\n' >main.c
        gcc -O1 -c main.c && gcc -o main main.o && ./main && rm main""", "gcc"),

    # Cryptography and network.
    script("openssl", """
        echo text >file && openssl dgst -sha256 file && openssl genrsa -out key 1024 && openssl rand -hex 8
        openssl dgst -sign key -out signature file
        openssl enc -aes-256-ctr -k x -pbkdf2 -in file | wc -c""", "openssl"),
    script("ssh-keygen", "ssh-keygen -q -t ed25519 -N '' -f key && ssh-keygen -l -f key.pub", "ssh-keygen"),
    script("gpg", "echo text >file && gpg --batch --homedir . --print-md sha256 file", "gpg"),
    script("curl", """
        cat >server.py <<'END'
import http.server, os, time
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
with open("port.new", "w") as file:
    file.write(str(server.server_port))
os.rename("port.new", "port")
for _ in range(2):
    server.handle_request()
time.sleep(0.2)  # so that the shell has to wait
END
        echo served >page && python3 server.py 2>log & until test -e port; do sleep 0.02; done
        curl -sS --noproxy '*' http://127.0.0.1:$(cat port)/page -o got && cat got
        curl -sS --noproxy '*' -I http://127.0.0.1:$(cat port)/page && wait""", "curl python3"),

    # Our own: what real programs do seldom.
    Case("static", "@statically", exact=True),
    Case("threads", "@threads"),
    Case("forkserver", "@forkserver"),
    Case("children", "@children"),
    Case("spawning", "@spawning"),
    Case("signals", "@signals"),
    Case("exec-thread", "@exec_thread @exec_thread"),
    Case("exec-chain", "@exec_chain 9", exact=True),
    Case("numbers", "@numbers", exact=True),
    Case("i386", "@i386", exact=True, i386=True),
    Case("i386-multiplex", "@i386_multiplex", exact=True, i386=True),
    Case("int80", "@int80", i386=True),
    script("mixed-abis", """
        for i in 1 2 3 4 5; do @i386 & @int80 & @i386_multiplex & @statically & wait; done""", i386=True),
]
