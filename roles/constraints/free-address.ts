import type { Cluster, Node } from '../../runner/cluster/declaration.js'
import { readCib } from '../../runner/cluster/cib-push.js'
import { reachable } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import type { ClusterTask } from '../../runner/engine/task.js'
import { TaskError } from '../../runner/errors.js'
import type { Fact, Family } from '../../runner/facts/fact.js'
import { sh } from '../../runner/transport/quote.js'

export interface AddressUse {
  /** The interface of this node that bears the address. */
  interface?: string
  /** The hardware address that answers for it. */
  mac?: string
}

/**
 * Before the cluster first starts the floating IP, it must be free: a second owner would answer some clients and not
 * others. Once the cluster has a resource for the address, whoever answers is ours.
 */
export function addressIsFree(name: string, cluster: Cluster, needs: readonly string[]): ClusterTask<Node> {
  const { address } = cluster.floatingIp
  return clusterTask(name, {
    needs,
    tolerant: true,
    async check(scope) {
      if (isInCib(await readCib(scope), address)) return []
      await Promise.all(reachable(scope.members).map(async member => {
        const use = await member.read(addressUse(address))
        if (use.interface !== undefined) {
          throw new TaskError(`${address} is on ${use.interface} of ${member.name} already, and not by the cluster's doing`, {
            hint: `remove it there (\`ip address del\`, and from its network configuration), then run again`,
          })
        }
        if (use.mac !== undefined) {
          throw new TaskError(`${address} is taken: ${use.mac} answers for it, as ${member.name} sees`, {
            hint: 'choose another floating_ip, or take that machine off the address',
          })
        }
      }))
      return []
    },
    apply: () => Promise.resolve(),
  })
}

/** Whether some resource of the CIB has the address as a parameter. */
function isInCib(cib: string, address: string): boolean {
  return /<nvpair [^>]*>/g[Symbol.match](cib)?.some(tag => tag.includes(` name="ip" `) && tag.includes(`value="${address}"`)) ?? false
}

/**
 * Makes the node's own kernel ask who has the address, by a datagram to its discard port, and reads the answer from
 * the neighbour table: no tool that Debian does not have. What the table knew before may be half a minute old, so it
 * is dropped first. The kernel asks three times, a second apart, before it says FAILED.
 */
export function addressUse(address: string): Fact<AddressUse> {
  return { family: uses, argument: address }
}

const uses: Family<AddressUse> = {
  name: 'who has an address',
  script: addresses => addresses.map(address => sh`ip -o -4 addr show to ${`${address}/32`}; printf '\\0'
ip neigh flush to ${address}
bash -c 'echo >/dev/udp/$0/9' ${address} 2>/dev/null
tries=20
while [ $tries -gt 0 ]; do
  seen=$(ip neigh show to ${address}); case $seen in *lladdr*|*FAILED*) break ;; esac
  tries=$((tries - 1)); sleep 0.2
done
printf '%s\\0' "$seen"`).join('\n'),
  parse({ stdout }, addresses) {
    const words = stdout.split('\0')
    return addresses.map((_, at) => addressUseOf(words[at * 2] ?? '', words[at * 2 + 1] ?? ''))
  },
}

/** @param own - of `ip -o -4 addr show`. @param neighbour - of `ip neigh show`. */
export function addressUseOf(own: string, neighbour: string): AddressUse {
  const iface = /^\d+:\s+(\S+)\s/.exec(own)?.[1]
  const mac = /\slladdr (\S+)/.exec(neighbour)?.[1]
  return { ...(iface !== undefined && { interface: iface }), ...(mac !== undefined && { mac }) }
}
