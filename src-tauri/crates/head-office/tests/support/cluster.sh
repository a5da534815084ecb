# A PostgreSQL server of the tests' own, on loopback. It ends, and its folder goes, as soon as whoever started this
# script is gone, however that came about: then standard input ends.
# Arguments: folder of PostgreSQL's programs, port, a file to take away at the end, further settings.
set -eu
programs=$1 port=$2 note=$3
shift 3
cd /
# PostgreSQL refuses to run as root.
as_nobody_special() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi
}
folder=$(as_nobody_special mktemp -d /tmp/head-office-postgres.XXXXXX)
trap 'rm -rf "$folder" "$note"' EXIT
as_nobody_special "$programs/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 \
  --locale=C --no-sync >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
if [ "$(id -u)" = 0 ]; then
  setpriv --reuid=postgres --regid=postgres --init-groups "$programs/postgres" -D "$folder/data" -p "$port" \
    -k "$folder" -h 127.0.0.1 "$@" </dev/null >"$folder/log" 2>&1 &
else
  "$programs/postgres" -D "$folder/data" -p "$port" -k "$folder" -h 127.0.0.1 "$@" </dev/null >"$folder/log" 2>&1 &
fi
server=$!
until "$programs/pg_isready" --quiet --host=127.0.0.1 --port="$port"; do
  kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
  sleep 0.1
done
echo ready
cat >/dev/null || true
kill -INT "$server" 2>/dev/null || true
wait "$server" || true
