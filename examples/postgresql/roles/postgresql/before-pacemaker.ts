import { sh } from 'ha-run'
import { connection, type Installation } from './installation.js'

export const program = '/usr/local/sbin/postgresql-before-pacemaker'

/**
 * A primary that lost its power was not shut down, and its agent could neither start nor stop it: Pacemaker would fence the node again
 * and again. With `rewind`, it also gives up what the present primary does not have, so that it can follow it.
 */
export function beforePacemaker(at: Installation): string {
  return sh`#!/bin/sh
# Written by the role postgresql of ha-run. Pacemaker's unit runs it first, so that the agent finds PostgreSQL shut down.
set -eu
cd /
data=${at.data} config=${at.config}
as_postgres() { program=$1; shift; runuser -u postgres -- ${at.bin}/"$program" "$@" </dev/null; }
[ -e "$data/PG_VERSION" ] && [ ! -e "$data/backup_label" ] || exit 0
! as_postgres pg_ctl -D "$config" status >/dev/null || exit 0

case $(LC_ALL=C ${at.bin}/pg_controldata "$data" | sed -n 's/^Database cluster state: *//p') in
'shut down' | 'shut down in recovery') ;;
*)
  echo "$data was not shut down: it recovers now"
  runuser -u postgres -- touch "$data/standby.signal"
  as_postgres pg_ctl -D "$config" -s -w -t 1700 -o '-c listen_addresses= -c primary_conninfo=' start
  as_postgres pg_ctl -D "$config" -s -w -t 1700 -m fast stop
  ;;
esac

[ "\${1:-}" = rewind ] || exit 0
primary=${`${connection(at, at.address)} dbname=postgres`}
n=15
until [ "$(as_postgres psql -XAtw -c 'SELECT pg_is_in_recovery()' "$primary" 2>/dev/null)" = f ]; do
  n=$((n - 1))
  [ $n -gt 0 ] || { echo "no primary at ${at.address}: nothing to compare with"; exit 0; }
  sleep 1
done
# By the last checkpoint pg_rewind knows the primary's timeline.
as_postgres psql -XAtqw -c CHECKPOINT "$primary"
as_postgres pg_rewind -D "$data" --config-file="$config/postgresql.conf" --source-server="$primary" 2>&1
`
}
