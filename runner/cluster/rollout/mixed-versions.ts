import { TaskError } from '../../errors.js'
import { packageState } from '../../facts/packages.js'
import { readOnAll, type ClusterMember } from '../members.js'

/**
 * Nodes of several releases of Corosync form one ring, as during an upgrade. But each release applies a reload in its own way, so that
 * one node might drop out. Nothing is reloaded meanwhile, nor restarted node by node.
 *
 * @throws TaskError if the nodes have different upstream versions; a different Debian revision of the same one is none.
 */
export async function refuseMixedVersions(members: ClusterMember[]): Promise<void> {
  const versions = (await readOnAll(members, packageState('corosync'))).flatMap(([{ name }, { version }]) =>
    version === undefined ? [] : [{ name, version: upstreamOf(version) }],
  )
  if (new Set(versions.map(({ version }) => version)).size < 2) return
  throw new TaskError(
    `the nodes have different versions of corosync (${versions.map(({ name, version }) => `${version} on ${name}`).join(', ')}): nothing is reloaded or restarted while they differ`,
    {
      hint: 'upgrade the older nodes first, one after the other: `crm node standby`, `apt-get install corosync pacemaker`, `crm node online`',
    },
  )
}

/** `3.1.7` of `3.1.7-1+deb12u2`. */
function upstreamOf(version: string): string {
  return version.replace(/-[^-]*$/, '')
}
