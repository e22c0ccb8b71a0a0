import type { ReportProgress } from './progress.js'

/** How far apt-get is, from what it writes: its own words, and the status lines of `APT::Status-Fd`. */

const percent = (number = '0') => `${Math.floor(Number(number))} %`

/**
 * Reads the lines of an `apt-get update` and of the `apt-get install` after it, in the C locale, one after the other,
 * and tells what each says. A wait for a lock is in apt's own words only, one line a second.
 */
export function followApt(tell: ReportProgress): (line: string) => void {
  // update and install fetch in the same words; only install then looks at what depends on what.
  let isInstalling = false
  return line => {
    isInstalling ||= line.startsWith('Building dependency tree')
    const [, kind, what = '', done, text = ''] = /^(dlstatus|pmstatus):([^:]+):([\d.]+):(.*)/.exec(line) ?? []
    if (kind === 'pmstatus') tell(`installing ${percent(done)}${what === 'dpkg-exec' ? '' : `: ${what}`}`)
    else if (kind === 'dlstatus' && isInstalling) tell(`downloading ${percent(done)}${text.replace(/^Retrieving /, ': ')}`)
    else if (kind === 'dlstatus' || line.startsWith('Reading package lists')) tell('reading package lists')
    else if (line.includes('Could not get lock')) tell(`waiting for another apt${holderIn(line)}`)
  }
}

/** `It is held by process 811 (unattended-upgr)`; apt does not always know. */
function holderIn(line: string): string {
  const [, pid, name] = /held by process (\d+) \(([^)]+)\)/.exec(line) ?? []
  return pid === undefined ? '' : `: ${name}, pid ${pid}`
}
