/** A CIB's configuration version, `admin_epoch.epoch`: it changes with the configuration, and not with the status. */
export function versionOf(cib: string): string {
  const tag = /<cib [^>]*>/.exec(cib)?.[0] ?? ''
  return ['admin_epoch', 'epoch'].map(name => new RegExp(`\\s${name}="(\\d+)"`).exec(tag)?.[1] ?? '').join('.')
}

/** A number that grows as versions do. Epochs stay far below a billion; admin_epoch is raised by hand only. */
export function versionOrder(version: string): number {
  const [adminEpoch = 0, epoch = 0] = version.split('.').map(Number)
  return adminEpoch * 1e9 + epoch
}

/** The CIB without its status, which changes all the time and is not ours to patch or to keep. */
export function withoutStatus(cib: string): string {
  return cib.replace(/<status>.*<\/status>/s, '<status/>')
}
