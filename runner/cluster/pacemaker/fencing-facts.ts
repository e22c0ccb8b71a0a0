import { withDaemonTimeout, type Fact, type Family } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'
import { descendantsOf, readXml } from './xml.js'

/**
 * Ids of the devices by which a node itself can fence another one: those that may run there and fence it, whether they run or
 * not. A device that is asked for its nodes (`pcmk_host_check=dynamic-list`) may be contacted for that.
 */
export function devicesFor(target: string): Fact<string[]> {
  return { family: lists, argument: target }
}

const lists: Family<string[]> = {
  name: 'stonith_admin --list',
  script: targets =>
    targets
      .map(
        target => `${withDaemonTimeout(sh`stonith_admin --list ${target} --output-as=xml`)} 2>/dev/null; printf '\\0'`,
      )
      .join('\n'),
  waits: true,
  service: 'pacemaker',
  parse: ({ stdout }, targets) => targets.map((_, at) => devicesIn(stdout.split('\0')[at] ?? '')),
}

/** The ids in the output of `stonith_admin --list`, which is empty if the fencer does not answer. */
export function devicesIn(output: string): string[] {
  if (output.trim() === '') return []
  return descendantsOf(readXml(output), 'item').map(({ textContent }) => textContent.trim())
}
