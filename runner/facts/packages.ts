import { sh } from '../transport/quote.js'
import type { Fact, Family } from './fact.js'

const versions: Family<string | undefined> = {
  name: 'installed packages',
  // dpkg-query says 1 when it does not know one of them, which is an answer too.
  script: names => sh`dpkg-query -W -f='\${Package}\\t\${db:Status-Status}\\t\${Version}\\n' -- ${names} 2>/dev/null`,
  parse({ stdout }, names) {
    const rows = stdout.trim().split('\n').map(row => row.split('\t'))
    const installed = new Map(rows.filter(([, status]) => status === 'installed').map(([name, , version]) => [name, version]))
    return names.map(name => installed.get(name))
  },
}

/** The installed version of a Debian package; undefined where it is not (fully) installed. */
export function packageVersion(name: string): Fact<string | undefined> {
  return { family: versions, argument: name }
}
