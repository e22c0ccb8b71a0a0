import { fileURLToPath } from 'node:url'
import { inTurn, type Bench } from './in-turn.js'
import { measure } from './measure.js'
import { withSshHosts } from './ssh-hosts.js'
import { standInTasks } from './stand-in-role.js'
import { hostCounts, rounds } from './works.js'

const standIn = fileURLToPath(new URL('stand-in.js', import.meta.url))

/** (f): what the runner itself takes, in time and in memory, as the hosts grow more. */
export async function hostsWork(bench: Bench): Promise<void> {
  await withSshHosts(Math.max(...hostCounts), bench.signal, async lab => {
    for (const count of hostCounts) {
      await inTurn(bench, 'f', count, [
        {
          tool: 'ha-run',
          rounds: rounds.quick,
          attempt: async () => {
            const measured = await measure([process.execPath, standIn, lab.name, String(count)], bench)
            if (measured.stdout === `${count * standInTasks} checks\n`) return measured
            throw new Error(`${count} hosts: ${measured.stdout}${measured.stderr}`)
          },
        },
      ])
    }
  })
}
