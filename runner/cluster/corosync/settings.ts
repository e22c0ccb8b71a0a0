import { ownSettings, type Section } from './conf.js'

/**
 * The settings of a corosync.conf under the names that Corosync gives them in its cmap (exec/coroparse.c of 3.1), so
 * that the file can be compared with the output of `corosync-cmapctl`. `uidgid` is left out: Corosync resolves it to
 * numeric ids.
 */
export function flatten(conf: Section): Map<string, string> {
  const settings = new Map<string, string>()
  let nodes = 0
  const visit = (section: Section, path: string): void => {
    for (const entry of section.entries) {
      if ('value' in entry) settings.set(path === '' ? entry.name : `${path}.${entry.name}`, entry.value)
      else descend(entry, path === '' ? entry.name : `${path}.${entry.name}`)
    }
  }
  const descend = (section: Section, path: string): void => {
    if (path === 'uidgid') return
    if (path === 'nodelist') nodes = 0
    if (path === 'nodelist.node') visit(section, `${path}.${nodes++}`)
    else if (path === 'totem.interface') addInterface(settings, section)
    else if (path === 'logging.logger_subsys') addLogger(settings, section)
    else if (path === 'logging.logging_daemon') addDaemon(settings, section)
    else visit(section, path)
  }
  visit(conf, '')
  return settings
}

/** `interface { linknumber: N … }` becomes `totem.interface.N.…`; `linknumber` itself does not appear in the cmap. */
function addInterface(settings: Map<string, string>, section: Section): void {
  const values = ownSettings(section)
  const link = values.get('linknumber') ?? '0'
  for (const [setting, value] of values) {
    // Corosync puts all other settings of an interface into the cmap without the link number.
    if (settingsWithLinkNumber.has(setting)) settings.set(`totem.interface.${link}.${setting}`, value)
    else if (setting !== 'linknumber') settings.set(`totem.interface.${setting}`, value)
  }
}

const settingsWithLinkNumber = new Set([
  'bindnetaddr',
  'mcastaddr',
  'broadcast',
  'mcastport',
  'ttl',
  'knet_link_priority',
  'knet_ping_interval',
  'knet_ping_timeout',
  'knet_ping_precision',
  'knet_pong_count',
  'knet_transport',
])

function addLogger(settings: Map<string, string>, section: Section): void {
  const values = ownSettings(section)
  const subsys = values.get('subsys')
  // Corosync refuses a file with such a section, so there is nothing to compare.
  if (subsys === undefined) return
  for (const [setting, value] of values) settings.set(`logging.logger_subsys.${subsys}.${setting}`, value)
}

/** `logging_daemon { name: corosync }` is another way to write the settings of `logging` itself. */
function addDaemon(settings: Map<string, string>, section: Section): void {
  const values = ownSettings(section)
  const name = values.get('name')
  const subsys = values.get('subsys')
  if (name === undefined) return
  const path =
    name === 'corosync'
      ? ['logging', ...(subsys === undefined ? [] : ['logger_subsys', subsys])]
      : ['logging', 'logging_daemon', name, ...(subsys === undefined ? [] : [subsys])]
  for (const [setting, value] of values) {
    // Corosync stores the name itself only if neither corosync nor a subsystem is named.
    if (setting !== 'name' || (name !== 'corosync' && subsys === undefined))
      settings.set([...path, setting].join('.'), value)
  }
}
