import type { CorosyncSettings, Setting } from './corosync-settings.js'
import type { Links } from './links.js'
import type { RunningMember } from './running-members.js'
import { comment, entry, yamlScalar } from './yaml-text.js'

/** Settings directly under `corosync:`, as in inventory/example.yml. */
const short = ['token', 'token_retransmits_before_loss_const', 'crypto_cipher', 'crypto_hash']

const remarks: Record<string, string> = {
  token: 'milliseconds until a silent node counts as lost',
  token_retransmits_before_loss_const: 'how often the token is sent again in that time',
  crypto_cipher: 'encrypts what the nodes send each other, or none',
  crypto_hash: 'signs what the nodes send each other, or none',
  token_coefficient: 'milliseconds that the token grows by for each node beyond two',
  consensus: 'milliseconds for agreeing on a new membership',
  expected_votes: 'the votes of all nodes',
  two_node: '1 keeps one node of two quorate',
  wait_for_all: '1 waits at the first start until all nodes were seen',
  last_man_standing: '1 lowers the expected votes as nodes leave',
  auto_tie_breaker: '1 lets one half of the nodes be quorate',
  to_logfile: 'yes writes the log into "logfile"',
  to_syslog: 'yes sends the log to syslog',
  to_stderr: 'yes sends the log to the journal',
  timestamp: 'on, off or hires',
  debug: 'on, off or trace',
}

const sectionRemarks = {
  totem: 'any other setting of that section in corosync.conf(5)',
  quorum: 'any setting of votequorum(5)',
  logging: 'any setting of that section in corosync.conf(5)',
}

/** `corosync:` of the inventory: the running settings, and comments for those that cannot be declared. */
export function corosyncLines(
  { transport, settings, interfaces, kept, pending }: CorosyncSettings,
  links: Links,
  members: RunningMember[],
  names: string[],
): string[] {
  const isShort = ({ section, name }: Setting) => section === 'totem' && short.includes(name)
  const section = (name: Setting['section']) => {
    const own = settings.filter(setting => setting.section === name && !isShort(setting))
    return own.length === 0
      ? []
      : [entry(12, name, undefined, sectionRemarks[name]), ...own.map(setting => settingLine(14, setting))]
  }
  const votes = members.flatMap(({ others }, at) =>
    [...others].map(([name, value]) => `${name} of ${names[at]} = ${value}`),
  )
  return [
    '',
    comment(
      10,
      "Corosync's running settings: those that are set, and those whose default in Corosync differs from ha-run's.",
    ),
    entry(10, 'corosync'),
    entry(12, 'transport', yamlScalar(transport), 'knet, udpu or udp; only knet can be encrypted'),
    ...settings.filter(isShort).map(setting => settingLine(12, setting)),
    ...(links.declared.length === 0
      ? []
      : [
          entry(12, 'links', undefined, "knet's further links; link 0 is the nodes' own addresses"),
          ...links.declared.map(
            link =>
              `${' '.repeat(14)}- {${[...link].map(([name, address]) => `${yamlScalar(name)}: ${yamlScalar(address)}`).join(', ')}}`,
          ),
        ]),
    ...(interfaces.size === 0
      ? []
      : [
          entry(12, 'interface', undefined, 'settings of a link, an entry each'),
          ...[...interfaces].map(
            ([link, values]) =>
              `${' '.repeat(14)}- {linknumber: ${link}${Object.entries(values)
                .map(([name, value]) => `, ${name}: ${yamlScalar(value)}`)
                .join('')}}`,
          ),
        ]),
    ...section('totem'),
    ...section('quorum'),
    ...section('logging'),
    ...[...kept, ...votes, ...links.kept].map(text => comment(12, `kept as it is: ${text}`)),
    ...pending.map(text => comment(12, `not in force: ${text}`)),
  ]
}

function settingLine(indent: number, { name, value }: Setting): string {
  return entry(indent, name, yamlScalar(value), remarks[name])
}
