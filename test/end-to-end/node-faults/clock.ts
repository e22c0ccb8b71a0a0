import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { LabNode } from '../../../runner/lab/index.js'
import { nodeRoot } from '../../../runner/lab/names.js'
import type { LabSite } from '../site-harness.js'

/**
 * Clocks that jump. All nodes of a lab have the kernel's clock, and a time namespace has none of its own: it moves the monotonic clock and
 * that of the boot alone (time_namespaces(7)). So libfaketime stands between the processes and the clock of the date, and leaves the
 * monotonic one to them, as a step by NTP or by `date -s` does.
 */

const library = readdirSync('/usr/lib')
  .map(folder => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
  .find(path => existsSync(path))
/** Why clocks cannot be stepped here; null where they can. */
export const noClocks = library === undefined ? 'apt-get install libfaketime' : null

const nodeFile = '/run/clock-step'
const adminFile = (site: LabSite) => `${site.lab.dir}/clock-step`

/** The environment of processes whose clock follows a file. */
const environment = (preload: string, file: string) => ({
  LD_PRELOAD: preload,
  FAKETIME_TIMESTAMP_FILE: file,
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
})

/** The environment of ha-run with the clock of `stepAdminClock`. */
export const adminClockEnvironment = (site: LabSite): Record<string, string> =>
  environment(library ?? '', adminFile(site))

/** Steps the clock of ha-run, and of the ssh processes that it starts, by so many seconds from the true time. */
export async function stepAdminClock(site: LabSite, seconds: number): Promise<void> {
  // At once: half a file would be no time.
  writeFileSync(adminFile(site), `${seconds < 0 ? '' : '+'}${seconds}\n`)
}

/** Steps the clock of Corosync, Pacemaker and all that ha-run starts on a node over ssh by so many seconds from the true time. */
export async function stepNodeClock(site: LabSite, { name }: LabNode, seconds: number): Promise<void> {
  await site.on(name, `echo ${seconds < 0 ? '' : '+'}${seconds} >${nodeFile}.new; mv ${nodeFile}.new ${nodeFile}`)
}

/** Gives a node a clock that can be stepped, unless it has one. Its daemons are restarted for that. */
export async function giveClock(site: LabSite, node: LabNode): Promise<void> {
  const preload = `/opt/${basename(library!)}`
  await copyFile(library!, join(nodeRoot(node), preload))
  const variables = Object.entries(environment(preload, nodeFile)).map(([name, value]) => `${name}=${value}`)
  const units = ['corosync', 'pacemaker']
  await stepNodeClock(site, node, 0)
  await site.on(
    node.name,
    `[ ! -e /run/systemd/system/corosync.service.d/clock.conf ] || exit 0; set -e
echo 'SetEnv ${variables.join(' ')}' >/etc/ssh/sshd_config.d/clock.conf
systemctl restart ssh
for unit in ${units.join(' ')}; do
  mkdir -p /run/systemd/system/$unit.service.d
  printf '[Service]\n${variables.map(text => `Environment=${text}`).join('\n')}\n' >/run/systemd/system/$unit.service.d/clock.conf
done
systemctl daemon-reload
systemctl stop pacemaker corosync
systemctl start corosync pacemaker`,
  )
  await site.come(node.name, "crm_mon -1 | grep -q 'Online:.*node1 node2'")
}
