import { pairs, type Section } from './conf.js'

/**
 * A corosync.conf's keys as Corosync puts them into its cmap (exec/coroparse.c of 3.1), so that the file can be
 * compared with what `corosync-cmapctl` prints. `uidgid` is left out: it becomes numbers that only the node knows.
 */
export function flatten(conf: Section): Map<string, string> {
  const keys = new Map<string, string>()
  let nodes = 0
  const visit = (section: Section, path: string): void => {
    for (const entry of section.entries) {
      if ('key' in entry) keys.set(path === '' ? entry.key : `${path}.${entry.key}`, entry.value)
      else descend(entry, path === '' ? entry.name : `${path}.${entry.name}`)
    }
  }
  const descend = (section: Section, path: string): void => {
    if (path === 'uidgid') return
    if (path === 'nodelist') nodes = 0
    if (path === 'nodelist.node') visit(section, `${path}.${nodes++}`)
    else if (path === 'totem.interface') addInterface(keys, section)
    else if (path === 'logging.logger_subsys') addLogger(keys, section)
    else if (path === 'logging.logging_daemon') addDaemon(keys, section)
    else visit(section, path)
  }
  visit(conf, '')
  return keys
}

/** `interface { linknumber: N … }` becomes `totem.interface.N.…`; `linknumber` itself is no key of the cmap. */
function addInterface(keys: Map<string, string>, section: Section): void {
  const values = pairs(section)
  const link = values.get('linknumber') ?? '0'
  for (const [key, value] of values) {
    // Besides these, Corosync keeps an interface's keys without a number.
    if (numbered.has(key)) keys.set(`totem.interface.${link}.${key}`, value)
    else if (key !== 'linknumber') keys.set(`totem.interface.${key}`, value)
  }
}

const numbered = new Set([
  'bindnetaddr', 'mcastaddr', 'broadcast', 'mcastport', 'ttl', 'knet_link_priority', 'knet_ping_interval',
  'knet_ping_timeout', 'knet_ping_precision', 'knet_pong_count', 'knet_transport'
])

function addLogger(keys: Map<string, string>, section: Section): void {
  const values = pairs(section)
  const subsys = values.get('subsys')
  // Corosync refuses such a section: there is nothing it could be compared with.
  if (subsys === undefined) return
  for (const [key, value] of values) keys.set(`logging.logger_subsys.${subsys}.${key}`, value)
}

/** `logging_daemon { name: corosync }` is another way to write the keys of `logging` itself. */
function addDaemon(keys: Map<string, string>, section: Section): void {
  const values = pairs(section)
  const name = values.get('name')
  const subsys = values.get('subsys')
  if (name === undefined) return
  const path = name === 'corosync'
    ? ['logging', ...subsys === undefined ? [] : ['logger_subsys', subsys]]
    : ['logging', 'logging_daemon', name, ...subsys === undefined ? [] : [subsys]]
  for (const [key, value] of values) {
    // The name itself becomes a key only beside nothing more telling.
    if (key !== 'name' || (name !== 'corosync' && subsys === undefined)) keys.set([...path, key].join('.'), value)
  }
}
