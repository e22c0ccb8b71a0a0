/** What ha-run must know of netplan before it loads the code that edits YAML. */

/** The directories of its files, the one that overrides the others first: a file replaces one of the same name in the next ones. */
export const netplanDirectories = ['/run/netplan', '/etc/netplan', '/usr/lib/netplan', '/lib/netplan']

/** As shell patterns. */
export const netplanFiles = netplanDirectories.map(directory => `${directory}/*.yaml`)

/** The definition's name if a profile is one that netplan has rendered: netplan-ID.nmconnection, 10-netplan-ID.network. */
export function netplanIdOf(profile: string | undefined): string | undefined {
  const keyfile = /^\/run\/NetworkManager\/system-connections\/netplan-(.+)\.nmconnection$/
  const network = /^\/run\/systemd\/network\/\d+-netplan-(.+)\.network$/
  return (keyfile.exec(profile ?? '') ?? network.exec(profile ?? ''))?.[1]
}
