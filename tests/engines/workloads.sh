#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Profiles of real servers: each is recorded by `whittle record -- ENGINE run` while it is used and then stopped as its
# administrator would, and does the same again under its profile, RUNS times (default 2, with THOROUGH=yes 10) in a row. Here is also where strace
# tells what the profile may have: of what only a runtime's set-up calls, what the same program calls on the host.
#
# What need not be tried in each layout is shared out among them, and so are profiles of names alone and such with arguments: THOROUGH=yes tries
# all. WAYS=names or WAYS=args: only these, with docker and with podman; SERVERS='redis node': only these.
set -eu
. tests/lib.sh
. tests/engines.sh
each_layout "$@"
need strace ab redis-benchmark psql python3 node curl nsenter setpriv busybox
runs=${RUNS:-$(often 2 10)}
POSTGRES=$(find /usr/lib/postgresql -name postgres -path '*/bin/*' | sort -V | tail -n 1)
[ -n "$POSTGRES" ] || need postgres
engines_up
chmod 711 "$T" # for servers that are not root

engines=("${ENGINES[@]}") ways=('' ' default')
if [ -n "${BOTH_LAYOUTS-}" ] && [ -z "${THOROUGH-}" ]; then
    engines=(docker) ways=('')
    [ "$LAYOUT" = hybrid ] || engines=(podman) ways=(' default')
fi
case ${WAYS-} in
names) ways=('') ;;
args) ways=(' default') ;;
esac

# --- the servers: all write to /run only, and listen on 127.0.0.1 ---
S=$T/servers
mkdir "$S"
head -c 20000 /dev/urandom | base64 >"$S/page.html"
# shellcheck disable=SC2016
cat >"$S/nginx.conf" <<END
daemon off;
user www-data;
worker_processes 2;
error_log /run/error.log;
pid /run/nginx.pid;
events { worker_connections 256; }
http {
    access_log /run/access.log;
    client_body_temp_path /run/body;
    proxy_temp_path /run/proxy;
    fastcgi_temp_path /run/fastcgi;
    uwsgi_temp_path /run/uwsgi;
    scgi_temp_path /run/scgi;
    sendfile on;
    gzip on;
    server {
        listen 127.0.0.1:8000;
        root $S;
        location /proxy/ { proxy_pass http://127.0.0.1:8000/; }
    }
}
END
cat >"$S/server.py" <<'END'
import hashlib, http.server, json, os, signal, sqlite3, subprocess, sys, tempfile, threading

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with tempfile.NamedTemporaryFile(dir="/run") as file:
            file.write(os.urandom(5000))
            file.flush()
            digest = hashlib.sha256(open(file.name, "rb").read()).hexdigest()
        with sqlite3.connect("/run/db") as db:
            db.execute("create table if not exists t (digest text)")
            db.execute("insert into t values (?)", (digest,))
        if self.path == "/command":
            digest = subprocess.run(["date"], stdout=subprocess.PIPE, check=True).stdout.decode()
        body = json.dumps({"digest": digest, "threads": threading.active_count()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.HTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
END
cat >"$S/server.js" <<'END'
const http = require('http'), fs = require('fs'), zlib = require('zlib'), crypto = require('crypto');
const { execFile } = require('child_process');

const server = http.createServer((request, response) => {
    fs.appendFile('/run/log', request.url + '\n', () => {
        crypto.pbkdf2('secret', 'salt', 100, 64, 'sha512', (error, key) => {
            if (request.url === '/command')
                execFile('date', (error, out) => response.end(out));
            else
                zlib.gzip(Buffer.concat([key, fs.readFileSync('/run/log')]), (error, data) => response.end(data));
        });
    });
});
server.listen(8000, '127.0.0.1');
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeAllConnections?.(); });
END
cat >"$S/server.sh" <<'END'
echo hello >/run/index.html
mkdir -p /run/d && ls -l /bin | sort | tail -n 3 | sed s/x/y/ >/run/d/list && tar -C /run -cf /run/d.tar d && rm -r /run/d
httpd -f -p 127.0.0.1:8000 -h /run &
child=$!
trap 'kill $child; exit 0' TERM
wait
END
# not as root, and not by the name of a user that a test would have to make
pg_ids=$(id -u postgres):$(id -g postgres)
mkdir "$S/pg"
chown "$pg_ids" "$S/pg"
chmod 711 "$S"
chmod 644 "$S"/*.*
setpriv --reuid "${pg_ids%:*}" --regid "${pg_ids#*:}" --clear-groups \
    "${POSTGRES%/*}/initdb" -D "$S/pg/new" -A trust -U postgres --no-sync --locale=C >"$T/out" 2>&1 || detail <"$T/out"

# What each is run with, and its image; at last the signal that ends it as it should. DIR is a directory of the run's.
# Sets COMMAND, OPTIONS, SIGNAL.
server() { # NAME DIR
    OPTIONS=("${HOST[@]}" -v "$S:$S:ro" host:1) SIGNAL=TERM
    case $1 in
    nginx) COMMAND=(nginx -e stderr -c "$S/nginx.conf") SIGNAL=QUIT ;;
    redis) COMMAND=(redis-server --port 6379 --bind 127.0.0.1 --dir /run --save '60 1' --appendonly yes) ;;
    python3) COMMAND=(/usr/bin/python3 "$S/server.py") ;;
    node) COMMAND=(/usr/bin/node "$S/server.js") ;;
    busybox)
        OPTIONS=(-v "$S:/srv:ro" --tmpfs /run bb:1)
        COMMAND=(sh /srv/server.sh)
        ;;
    postgres)
        cp -a "$S/pg/new" "$2/db"
        OPTIONS=(--user "$pg_ids" -v "$2/db:/srv" "${OPTIONS[@]}")
        COMMAND=("$POSTGRES" -D /srv -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=8MB)
        SIGNAL=INT
        ;;
    esac
}

# --- the exercises: in the server's network, which is that of process $1; DIR is a directory of the run's ---
ready() { # COMMAND...: it answers, in the end
    local _
    for _ in {1..1200}; do
        "$@" >/dev/null 2>&1 && return 0
        kill -0 "$client" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}

load() { # N PATH: all of the requests are answered
    "${in_net[@]}" ab -q -l -n "$1" -c 4 "http://127.0.0.1:8000$2" >"$dir/ab" 2>&1 &&
        grep -q "^Complete requests: *$1$" "$dir/ab" && grep -q '^Failed requests: *0$' "$dir/ab" && ! grep -q '^Non-2xx' "$dir/ab"
}

get() { # PATH
    "${in_net[@]}" curl -sf -o "$dir/page" "http://127.0.0.1:8000$1"
}

sql() {
    "${in_net[@]}" psql -h 127.0.0.1 -U postgres -d postgres -v ON_ERROR_STOP=1 -qAt "$@"
}

exercise() { # NAME PID
    local in_net=(nsenter -t "$2" -n)
    case $1 in
    nginx)
        ready get /page.html && load 1000 /page.html && load 50 /proxy/page.html && ! get /missing.html && kill -USR1 "$2" &&
            kill -HUP "$2" && load 200 /page.html && "${in_net[@]}" curl -sf --compressed -d x=y -o /dev/null http://127.0.0.1:8000/proxy/ -X OPTIONS ||
            [ $? = 22 ] # it has no OPTIONS
        ;;
    redis)
        # with replies that are larger than its buffers, which shrink with time: then it calls writev
        ready "${in_net[@]}" redis-cli ping && "${in_net[@]}" redis-benchmark -q -n 1000 -c 8 >"$dir/benchmark" 2>&1 &&
            "${in_net[@]}" redis-benchmark -q -n 1000 -c 8 -P 16 -t lrange_500 >"$dir/benchmark" 2>&1 &&
            [ "$("${in_net[@]}" redis-cli set a b)" = OK ] && "${in_net[@]}" redis-cli bgsave >/dev/null && ready redis_saved &&
            "${in_net[@]}" redis-cli bgrewriteaof >/dev/null && ready redis_saved && [ "$("${in_net[@]}" redis-cli get a)" = b ]
        ;;
    python3 | node) ready get / && load 60 / && load 8 /command ;;
    busybox) ready get / && load 60 / && ! get /missing ;;
    postgres)
        ready sql -c 'select 1' && sql -f "$S/exercise.sql" >"$dir/sql" 2>&1 && [ "$(sql -c 'select sum(n) from t')" = 50005000 ]
        ;;
    esac
}

redis_saved() {
    "${in_net[@]}" redis-cli info persistence | tr -d '\r' >"$dir/info" &&
        grep -qx rdb_bgsave_in_progress:0 "$dir/info" && grep -qx rdb_last_bgsave_status:ok "$dir/info" &&
        grep -qx aof_rewrite_in_progress:0 "$dir/info" && grep -qx aof_last_bgrewrite_status:ok "$dir/info"
}

cat >"$S/exercise.sql" <<'END'
create table t (n int, word text);
insert into t select n, md5(n::text) from generate_series(1, 10000) as n;
create index on t (word);
begin; update t set word = 'x' where n % 3 = 0; rollback;
delete from t where n < 0;
vacuum analyze t;
checkpoint;
select count(*) from t a join t b on a.word = b.word;
END
chmod 644 "$S/exercise.sql"

# --- how they are run ---
await_pid() { # ENGINE CONTAINER: prints the container's first process, of this pid namespace
    local pid _
    for _ in {1..1200}; do
        pid=$($1 inspect -f '{{.State.Pid}}' "$2" 2>/dev/null) && [ "${pid:-0}" != 0 ] && echo "$pid" && return
        kill -0 "$client" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}

# Uses the server in a container of this name, and stops it. PREFIX... stands before the engine; ends with --.
use() { # ENGINE SERVER NAME DIR OPTION... -- PREFIX...
    local engine=$1 what=$2 name=$3 dir=$4 options=() client pid rc=0
    shift 4
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    shift
    rm -rf "$dir"
    mkdir -p "$dir"
    server "$what" "$dir"
    timeout 400 "$@" $engine run --network none --name "$name" "${options[@]}" "${OPTIONS[@]}" "${COMMAND[@]}" </dev/null >"$dir/out" 2>"$dir/err" &
    client=$!
    if ! pid=$(await_pid $engine "$name"); then
        echo "it does not start" >>"$dir/err"
        rc=1
    elif ! exercise "$what" "$pid"; then
        echo "it does not do what it should" >>"$dir/err"
        rc=1
    fi
    $engine kill -s "$SIGNAL" "$name" >/dev/null 2>>"$dir/err" || rc=1
    wait "$client" || { echo "status $?" >>"$dir/err" && rc=1; }
    remove $engine "$name" >>"$dir/err" 2>&1 || rc=1
    return $rc
}

show() { # DIR: what a run left to read
    local file
    for file in err out ab sql benchmark info; do
        [ ! -s "$1/$file" ] || sed "s/^/$file: /" "$1/$file" | tail -n 8 | detail
    done
}

# The same on the host, in a network and a /run of its own: what strace sees of it, in $T/SERVER.names.
host_run() { # SERVER
    local what=$1 dir=$T/host-$1 client pid='' rc=0 root=()
    mkdir "$dir"
    server "$what" "$dir"
    if [ "$what" = busybox ]; then
        root=(chroot "$E/bb")
        COMMAND=(/bin/sh /srv/server.sh)
        mkdir -p "$E/bb/srv"
        cp "$S/server.sh" "$E/bb/srv/"
    fi
    [ "$what" != postgres ] || root=(setpriv --reuid "${pg_ids%:*}" --regid "${pg_ids#*:}" --clear-groups)
    # shellcheck disable=SC2016
    timeout 400 env HOSTNAME=here unshare -m -n sh -c 'mount -t tmpfs -o mode=1777 run /run && busybox ip link set lo up && mount --bind /dev "$1" && shift && dir=$1 && shift &&
        { [ ! -d "$dir/db" ] || { mkdir -p /srv && mount --bind "$dir/db" /srv; }; } && echo $$ >"$dir/pid" &&
        exec strace -f -qq -o "$dir/strace" "$@"' sh "$E/bb/dev" "$dir" "${root[@]}" "${COMMAND[@]}" </dev/null >"$dir/out" 2>"$dir/err" &
    client=$!
    for _ in {1..200}; do
        [ ! -s "$dir/pid" ] || pid=$(awk '{ print $1; exit }' "/proc/$(cat "$dir/pid")/task/$(cat "$dir/pid")/children")
        [ -z "$pid" ] || [ "$(cat "/proc/$pid/comm" 2>/dev/null || echo strace)" = strace ] || break
        sleep 0.05
    done
    exercise "$what" "$pid" || rc=1
    kill -s "$SIGNAL" "$pid" || rc=1
    wait "$client" || rc=1
    # from the last exec on that is not the program's own: chroot and setpriv call what is theirs
    sed -n "\\|execve(\"[^\"]*${COMMAND[0]##*/}\"|,\$p" "$dir/strace" | sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' | sort -u >"$T/$what.names"
    if [ $rc = 0 ] && [ -s "$T/$what.names" ]; then
        pass "$what: strace on the host"
    else
        fail "$what: strace on the host"
        show "$dir"
    fi
}

set_up='mount|pivot_root|unshare|setns|mknodat|sethostname|keyctl'

profile_of() { # ENGINE SERVER [ARGS]: those of --args
    local engine=$1 server=$2 what="$2${3:+ with --args $3}" name=$1-$2${3:+-$3} dir=$T/$1-$2${3:+-$3} good=0 _
    use "$engine" "$server" "$name" "$dir" -- "$WHITTLE" record ${3+--args "$3"} -o "$T/$name.json" --recording "$T/$name.rec" -- || {
        fail "$engine: $what: is recorded"
        show "$dir"
        return
    }
    pass "$engine: $what: is recorded"
    allowed "$T/$name.json" | grep -xE "$set_up" | comm -23 - "$T/$server.names" >"$dir/set-up" || :
    if [ -s "$T/$name.json" ] && [ ! -s "$dir/set-up" ]; then
        pass "$engine: $what: nothing of a set-up in its profile, but what strace sees, too"
    else
        fail "$engine: $what: nothing of a set-up in its profile, but what strace sees, too" "$(tr '\n' ' ' <"$dir/set-up")"
    fi
    allowed "$T/$name.json" | comm -13 - "$T/$server.names" >"$dir/missing"
    if [ ! -s "$dir/missing" ]; then
        pass "$engine: $what: its profile has what strace sees"
    else
        fail "$engine: $what: its profile has what strace sees" "$(tr '\n' ' ' <"$dir/missing")"
    fi
    for _ in $(seq "$runs"); do
        use "$engine" "$server" "$name" "$dir" --security-opt seccomp="$T/$name.json" -- env && good=$((good + 1)) && continue
        show "$dir"
    done
    if [ $good = "$runs" ]; then
        pass "$engine: $what: does the same under its profile, $good of $runs"
    else
        fail "$engine: $what: does the same under its profile" "$good of $runs"
    fi
}

read -ra servers <<<"${SERVERS:-nginx redis python3 node postgres busybox}"
at_once 3 host_run "${servers[@]}"
for engine in "${engines[@]}"; do
    for way in "${ways[@]}"; do
        runs_of=("${servers[@]/#/$engine }")
        at_once 3 profile_of "${runs_of[@]/%/$way}"
    done
done
