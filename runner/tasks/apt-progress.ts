import type { ReportProgress } from './progress.js'

/** The progress of apt-get, from its messages and the status lines of `APT::Status-Fd`. */

const percent = (number = '0') => `${Math.floor(Number(number))} %`

/**
 * Reports the progress of an `apt-get update` and the `apt-get install` after it, from their lines in the C locale. A wait for
 * a lock is in apt's messages only, one line a second.
 */
export function followApt(report: ReportProgress): (line: string) => void {
  // Both download with the same messages; only install then builds a dependency tree.
  let isInstalling = false
  return line => {
    isInstalling ||= line.startsWith('Building dependency tree')
    const [, kind, what = '', done, text = ''] = /^(dlstatus|pmstatus):([^:]+):([\d.]+):(.*)/.exec(line) ?? []
    if (kind === 'pmstatus') report(`installing ${percent(done)}${what === 'dpkg-exec' ? '' : `: ${what}`}`)
    else if (kind === 'dlstatus' && isInstalling)
      report(`downloading ${percent(done)}${text.replace(/^Retrieving /, ': ')}`)
    else if (kind === 'dlstatus' || line.startsWith('Reading package lists')) report('reading package lists')
    else if (line.includes('Could not get lock')) report(`waiting for another apt${holderIn(line)}`)
  }
}

/** From `It is held by process 811 (unattended-upgr)`; apt does not always know the process. */
function holderIn(line: string): string {
  const [, pid, name] = /held by process (\d+) \(([^)]+)\)/.exec(line) ?? []
  return pid === undefined ? '' : `: ${name}, pid ${pid}`
}
