import { sh } from '../ssh/quote.js'
import type { Fact, Family } from './fact.js'

/** A Debian package on a node. */
export interface PackageState {
  /** Undefined if it is not (fully) installed. */
  version: string | undefined
  /** On hold (`apt-mark hold`): apt and unattended-upgrades do not change it. */
  isHeld: boolean
}

const states: Family<PackageState> = {
  name: 'packages',
  // dpkg-query exits with 1 if it does not know one of them, which is a result too.
  script: names =>
    sh`dpkg-query -W -f='\${Package}\\t\${db:Status-Want}\\t\${db:Status-Status}\\t\${Version}\\n' -- ${names} 2>/dev/null`,
  parse({ stdout }, names) {
    const rows = stdout.split('\n').map(row => row.split('\t'))
    // A package of two architectures has two rows.
    return names.map(name => {
      const own = rows.filter(([each]) => each === name)
      return {
        version: own.findLast(([, , status]) => status === 'installed')?.[3],
        isHeld: own.some(([, want]) => want === 'hold'),
      }
    })
  },
}

export function packageState(name: string): Fact<PackageState> {
  return { family: states, argument: name }
}
