import { fact, sh, type Fact } from 'ha-run'
import type { Installation } from './installation.js'

/** A file in the data directory of a database that this role has made, and in all copies of it. */
export const marker = 'made-by-ha-run'

/** What a node has of the database. */
export interface DatabaseState {
  /** What is in the data directory: `ours` if this role has made it. */
  data: 'none' | 'ours' | 'foreign'
  /** The same on all nodes of one database. */
  identifier: string | undefined
  /** What it is now; undefined: it does not run, or does not answer. */
  role: 'primary' | 'standby' | undefined
}

export function databaseState({ bin, data }: Installation): Fact<DatabaseState> {
  const script = sh`( cd /
[ -z "$(ls -A ${data} 2>/dev/null)" ] || echo data
[ ! -e ${data}/PG_VERSION ] || LC_ALL=C ${bin}/pg_controldata ${data} | sed -n 's/^Database system identifier: */identifier /p'
[ ! -e ${data}/${marker} ] || echo ours
echo "recovery $(runuser -u postgres -- timeout 5 ${bin}/psql -XAtc 'SELECT pg_is_in_recovery()' 2>/dev/null)" )`
  return fact('state of the database', script, ({ stdout }) => stateIn(stdout))
}

export function stateIn(output: string): DatabaseState {
  const lines = output.split('\n')
  const valueOf = (name: string) => lines.find(line => line.startsWith(`${name} `))?.slice(name.length + 1)
  const [identifier, recovery] = [valueOf('identifier'), valueOf('recovery')]
  return {
    data: !lines.includes('data') ? 'none' : lines.includes('ours') && identifier !== undefined ? 'ours' : 'foreign',
    identifier,
    role: recovery === 'f' ? 'primary' : recovery === 't' ? 'standby' : undefined,
  }
}

/** What a query prints, by the superuser; nothing if PostgreSQL does not answer. */
export function answer({ bin }: Installation, query: string): Fact<string> {
  return fact(
    `answer to ${query}`,
    sh`( cd /; runuser -u postgres -- timeout 5 ${bin}/psql -XAtc ${query} 2>/dev/null )`,
    ({ stdout }) => stdout.trim(),
  )
}

/** The names of the nodes that follow this one. */
export function followers(at: Installation): Fact<string> {
  return answer(at, "SELECT application_name FROM pg_stat_replication WHERE state = 'streaming' ORDER BY 1")
}
