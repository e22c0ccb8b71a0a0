import { sh } from '../ssh/quote.js'
import type { Fact, Family } from './fact.js'

const versions: Family<string | undefined> = {
  name: 'installed packages',
  // dpkg-query exits with 1 if it does not know one of them, which is a result too.
  script: names => sh`dpkg-query -W -f='\${Package}\\t\${db:Status-Status}\\t\${Version}\\n' -- ${names} 2>/dev/null`,
  parse({ stdout }, names) {
    const rows = stdout
      .trim()
      .split('\n')
      .map(row => row.split('\t'))
    const installed = new Map(
      rows.filter(([, status]) => status === 'installed').map(([name, , version]) => [name, version]),
    )
    return names.map(name => installed.get(name))
  },
}

const holds: Family<boolean> = {
  name: 'held packages',
  script: names => sh`dpkg-query -W -f='\${Package}\\t\${db:Status-Want}\\n' -- ${names} 2>/dev/null`,
  parse({ stdout }, names) {
    const held = new Set(
      stdout
        .split('\n')
        .map(row => row.split('\t'))
        .filter(([, want]) => want === 'hold')
        .map(([name]) => name),
    )
    return names.map(name => held.has(name))
  },
}

/** True if a Debian package is on hold (`apt-mark hold`): apt and unattended-upgrades do not change it. */
export function packageHeld(name: string): Fact<boolean> {
  return { family: holds, argument: name }
}

/** The installed version of a Debian package; undefined if it is not (fully) installed. */
export function packageVersion(name: string): Fact<string | undefined> {
  return { family: versions, argument: name }
}
