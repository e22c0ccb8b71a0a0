import { lackingPackages, unsupportedReason } from '../../runner/lab/index.js'
import { isRequired } from '../required.js'

/** Why tests on a lab are skipped here; null where they run. */
export const reason = isRequired ? null : ((await unsupportedReason()) ?? lack(await lackingPackages()))

/** A test's title, with the reason where it is skipped. */
export function title(text: string): string {
  return reason === null ? text : `${text} (skipped: ${reason})`
}

function lack(packages: string[]): string | null {
  return packages.length === 0 ? null : `a lab needs ${packages.join(', ')}: HA_RUN_LAB=required installs them`
}
