import type { Node } from '../../runner/cluster/declaration/declaration.js'
import { fact } from '../../runner/facts/fact.js'
import { fileText } from '../../runner/facts/files.js'
import { keepFormer } from '../../runner/tasks/former.js'
import { task, warn, type NodeTask, type TaskRef } from '../../runner/tasks/index.js'
import { replaceFile } from '../../runner/tasks/write-file.js'

/**
 * cloud-init sets the host name and, with `manage_etc_hosts`, writes /etc/hosts again at each boot (measured with 25.1.4). Settings of
 * the machine (/etc/cloud) stop it, unless the user-data with which the machine was set up has the same setting: that one counts.
 */

/** Read last of its directory, so that it overrides the others there. */
export const settingsPath = '/etc/cloud/cloud.cfg.d/zz-ha-run.cfg'
export const hostsTemplatePath = '/etc/cloud/templates/hosts.debian.tmpl'
const rootFile = { mode: '0644', owner: 'root:root' }

/** What the user-data (or the vendor's data) of a machine sets; other settings, such as passwords, are not read. */
export interface UserData {
  hostname?: string
  /** `true`, `false` or `localhost`, in lower case. */
  manageEtcHosts?: string
  preserveHostname?: string
}

/** The user-data of the machine; undefined if it has no cloud-init, or a disabled one. */
export const cloudInit = fact(
  'cloud-init',
  `if [ -f /etc/cloud/cloud.cfg ] && [ ! -e /etc/cloud/cloud-init.disabled ] && command -v cloud-init >/dev/null; then
echo present
for f in vendor-cloud-config.txt vendor2-cloud-config.txt cloud-config.txt; do
  [ ! -f "/var/lib/cloud/instance/$f" ] || grep -E '^(hostname|manage_etc_hosts|preserve_hostname):' "/var/lib/cloud/instance/$f"
done
fi; true`,
  ({ stdout }) => (stdout === '' ? undefined : userDataOf(stdout)),
)

/** The settings in lines of `key: value`; of several the last one counts. */
export function userDataOf(lines: string): UserData {
  const value = (key: string) =>
    [...lines.matchAll(new RegExp(`^${key}:[ \\t]*(.*?)[ \\t]*$`, 'gm'))].at(-1)?.[1]?.replace(/^(['"])(.*)\1$/, '$2')
  const [hostname, manage, preserve] = [value('hostname'), value('manage_etc_hosts'), value('preserve_hostname')]
  return {
    ...(hostname !== undefined && { hostname }),
    ...(manage !== undefined && { manageEtcHosts: manage.toLowerCase() }),
    ...(preserve !== undefined && { preserveHostname: preserve.toLowerCase() }),
  }
}

/** The settings with which cloud-init leaves alone what the inventory declares. */
export function settingsText({ network }: Pick<Node, 'network'>): string {
  return [
    '# Written by ha-run: the inventory declares what is disabled here.',
    'preserve_hostname: true',
    'manage_etc_hosts: false',
    ...(network ? ['network:', '  config: disabled'] : []),
    '',
  ].join('\n')
}

/** The template from which cloud-init writes /etc/hosts as it is. */
export function hostsTemplate(hosts: string): string {
  return `## template:jinja\n${hosts.replace(/\{(?=[{%#])/g, "{{ '{' }}")}`
}

/** True if cloud-init writes /etc/hosts from its template at each boot: its user-data overrides the settings of the machine. */
export function rendersHosts({ manageEtcHosts = '' }: UserData): boolean {
  return ['true', 'yes', 'on', '1', 'template'].includes(manageEtcHosts)
}

/** What no setting of the machine can stop, as sentences. */
export function remarksOn({ hostname, manageEtcHosts, preserveHostname }: UserData, name: string): string[] {
  const isReset = hostname !== undefined && hostname !== name && /^(false|no|off|0)$/.test(preserveHostname ?? '')
  return [
    ...(isReset
      ? [
          `the user-data of cloud-init sets \`preserve_hostname: false\`, so that the host name becomes ${hostname} again at the next boot: remove that setting there`,
        ]
      : []),
    ...(manageEtcHosts === 'localhost'
      ? [
          `the user-data of cloud-init sets \`manage_etc_hosts: localhost\`, so that ${hostname ?? 'its host name'} is on 127.0.1.1 again after the next boot: remove that setting there`,
        ]
      : []),
  ]
}

/** cloud-init does not undo, at the next boot, what the role has done. In sync on machines without it. */
export function cloudInitSettings(node: Node): NodeTask {
  const wanted = settingsText(node)
  return task('cloud-init keeps host name, /etc/hosts and address', {
    async check({ read }) {
      const [userData, current] = await Promise.all([read(cloudInit), read(fileText(settingsPath))])
      if (userData === undefined) return []
      if (current !== wanted) return [{ subject: settingsPath, from: current, to: wanted }]
      const remarks = remarksOn(userData, node.name)
      return remarks.length === 0 ? [] : warn(remarks.join('; '))
    },
    async apply({ $, read }) {
      await replaceFile($, settingsPath, wanted, rootFile)
      const remarks = remarksOn((await read(cloudInit)) ?? {}, node.name)
      return remarks.length === 0 ? undefined : remarks
    },
  })
}

/**
 * The template of /etc/hosts has its text, on machines whose user-data has cloud-init write that file at each boot. The file's own
 * header names the template as the place for changes.
 *
 * @param hosts - the task that edits /etc/hosts.
 */
export function cloudInitHosts(hosts: TaskRef): NodeTask {
  return task('cloud-init writes the same /etc/hosts', {
    needs: [hosts],
    async check({ read }) {
      const [userData, current, text] = await Promise.all([
        read(cloudInit),
        read(fileText(hostsTemplatePath)),
        read(fileText('/etc/hosts')),
      ])
      if (userData === undefined || !rendersHosts(userData)) return []
      const wanted = hostsTemplate(text ?? '')
      return current === wanted ? [] : [{ subject: hostsTemplatePath, from: current, to: wanted }]
    },
    async apply({ $, read }) {
      const wanted = hostsTemplate((await read(fileText('/etc/hosts'))) ?? '')
      await keepFormer($, hostsTemplatePath)
      await replaceFile($, hostsTemplatePath, wanted, rootFile)
    },
  })
}
