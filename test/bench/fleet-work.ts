import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { withFleetHosts } from './fleet-hosts.js'
import { inTurn, type Bench } from './in-turn.js'
import { measure } from './measure.js'
import { standInTasks } from './stand-in-role.js'
import { clusterCounts, deadHosts, rounds } from './works.js'

const standIn = fileURLToPath(new URL('fleet-stand-in.js', import.meta.url))

const outputSchema = z.strictObject({
  checks: z.number(),
  unreachable: z.number(),
  connections: z.number(),
  processes: z.number(),
})

/** (j): many clusters of two plain hosts, and as many of them with some hosts that do not answer. */
export async function fleetWork(bench: Bench): Promise<void> {
  const most = Math.max(...clusterCounts)
  await withFleetHosts(2 * most, bench.signal, async sshConfig => {
    const attempt = (clusters: number, dead: number) => async () => {
      const measured = await measure([process.execPath, standIn, sshConfig, String(clusters), String(dead)], bench)
      const { checks, unreachable, connections, processes } = outputSchema.parse(JSON.parse(measured.stdout))
      if (checks !== (2 * clusters - dead) * standInTasks || unreachable !== dead)
        throw new Error(`${clusters} clusters: ${measured.stdout}${measured.stderr}`)
      return { ...measured, run: { ...measured.run, mostConnections: connections, mostProcesses: processes } }
    }
    for (const clusters of clusterCounts) {
      await inTurn(bench, 'j', 2 * clusters, [
        { tool: 'ha-run', rounds: rounds.slow, attempt: attempt(clusters, 0) },
        ...(clusters === most
          ? [{ tool: 'ha-run, 20 dead' as const, rounds: rounds.slow, attempt: attempt(clusters, deadHosts) }]
          : []),
      ])
    }
  })
}
