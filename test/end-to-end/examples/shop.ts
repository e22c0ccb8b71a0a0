import type { ExampleSite } from './example-site.js'

/** A client that writes rows into the database of the example, through the floating address, and remembers which were acknowledged. */

const psql = 'cd /; runuser -u postgres -- psql -XAtq'

/** The database of a shop, on the primary. */
export const createShop = `${psql} <<'END'
CREATE ROLE shop LOGIN PASSWORD 'shop';
CREATE DATABASE shop OWNER shop;
\\c shop
CREATE TABLE rows (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
ALTER TABLE rows OWNER TO shop;
END`

/** One transaction after the other. psql prints a row when its transaction has been committed, not before. Units ignore SIGPIPE. */
const writer = `#!/bin/sh
server="host=192.168.0.10 user=shop password=shop dbname=shop connect_timeout=2 tcp_user_timeout=3000 keepalives_idle=1 keepalives_interval=1 keepalives_count=3"
while [ -e /root/writing ]; do
  while [ -e /root/writing ]; do echo "INSERT INTO rows DEFAULT VALUES RETURNING id, extract(epoch FROM clock_timestamp());" || break; done |
    psql -XqAtw -F ' ' -v ON_ERROR_STOP=1 "$server" >>/root/acknowledged 2>>/root/errors || sleep 0.2
done
`

/** What became of the rows. */
export interface Counted {
  acknowledged: number
  /** Rows that were acknowledged and are not there. */
  lost: number
  /** Seconds between two acknowledgements, the longest. */
  pause: number
}

/** Writes on a node while something is done, and until the database accepts rows again, and counts. */
export async function whileWriting(site: ExampleSite, node: string, work: () => Promise<void>): Promise<Counted> {
  await site.on(
    node,
    `cat >/root/writer <<'END'\n${writer}END\nchmod +x /root/writer; rm -f /root/acknowledged /root/errors; touch /root/writing
systemctl reset-failed writer 2>/dev/null; systemd-run -q --unit writer /root/writer`,
  )
  await site.come(node, '[ "$(wc -l </root/acknowledged)" -gt 200 ]')
  await work()
  // With synchronous replication, it waits for the other node. psql writes some dozens of rows at once into a file.
  const before = Number(await site.on(node, 'wc -l </root/acknowledged'))
  await site.come(node, `[ "$(wc -l </root/acknowledged)" -gt ${before + 200} ]`)
  await site.on(
    node,
    'rm /root/writing; n=50; while systemctl -q is-active writer && [ $n -gt 0 ]; do sleep 0.2; n=$((n - 1)); done',
  )
  const lines = (await site.on(node, 'cat /root/acknowledged')).trim().split('\n')
  const written = lines.map(line => line.split(' ')).map(([id = '', at]) => ({ id, at: Number(at) }))
  const primary = await site.holder('192.168.0.10')
  const found = new Set((await site.on(primary, `${psql} shop -c 'SELECT id FROM rows'`)).split('\n'))
  return {
    acknowledged: written.length,
    lost: written.filter(({ id }) => !found.has(id)).length,
    pause: written.reduce((longest, { at }, index) => Math.max(longest, at - (written[index - 1]?.at ?? at)), 0),
  }
}

/** Stops the standby's side of the replication, so that the primary is ahead when it loses its power. */
export const holdReplication = `cd /; kill -STOP $(${psql} -c 'SELECT pid FROM pg_stat_wal_receiver')`

/** It ends before it reads what has arrived meanwhile; the next one finds no primary. */
export const endReplication = 'pid=$(pgrep -u postgres -f walreceiver); kill -TERM $pid; kill -CONT $pid'
