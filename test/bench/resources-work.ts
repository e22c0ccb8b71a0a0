import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { $ } from 'zx/core'
import { candidate } from '../../runner/cluster/cib/cib.js'
import { withoutStatus } from '../../runner/cluster/cib/version.js'
import { readClusters } from '../../runner/cluster/declaration/read.js'
import { loadInventory } from '../../runner/inventory/load.js'
import type { Lab } from '../../runner/lab/index.js'
import { main, runHaRun, siteWords } from './ha-run.js'
import { inTurn, type Bench, type Turn } from './in-turn.js'
import { withLab } from './lab.js'
import { measure } from './measure.js'
import type { ToolName } from './results.js'
import { few, resourceCounts, rounds } from './works.js'

/** (i): a cluster of two nodes with 10, 100 and 1,000 resources, each with a constraint to the one before it. */
export async function resourcesWork(bench: Bench): Promise<void> {
  await withLab(bench, 'benchcib', few, async built => {
    bench.say(`building a cluster of ${few} nodes`)
    await runHaRun(built, built.sshConfig, { changed: undefined, signal: bench.signal })
    for (const count of resourceCounts) {
      const lab = { ...built, inventory: join(dirname(built.inventory), `resources-${count}.yml`) }
      await writeFile(lab.inventory, inventoryText(lab, count))
      bench.say(`${count} resources: waiting for the probes of all of them`)
      await putResources(lab, count)
      await inTurn(bench, 'i', count, turns(bench, lab))
    }
  })
}

/** The resources are stopped: what they do is not measured. */
function inventoryText({ nodes }: Lab, count: number): string {
  const ids = Array.from({ length: count }, (_, at) => `r${at}`)
  const cluster = {
    name: 'pacemaker1',
    floating_ip: '192.168.0.10/24',
    fencing: 'disabled',
    resources: Object.fromEntries(
      ids.map(id => [
        id,
        { agent: 'ocf:heartbeat:Dummy', params: { state: `/run/${id}` }, meta: { 'target-role': 'Stopped' } },
      ]),
    ),
    constraints: {
      colocation: Object.fromEntries(
        ids.slice(1).map((id, at) => [`${id}-with-r${at}`, { resource: id, with: `r${at}` }]),
      ),
    },
  }
  const hosts = Object.fromEntries(nodes.map(({ name, address }) => [name, { ansible_host: address }]))
  return JSON.stringify({ all: { children: { web: { vars: { cluster }, hosts } } } })
}

/** The CIB that ha-run would make, replaced as a whole: Pacemaker takes minutes for a patch of that size (docs/facts.md, CIB). */
async function putResources(lab: Lab, count: number): Promise<void> {
  const [cluster] = readClusters(loadInventory(lab.inventory))
  // Over ssh, since a command in a lab's node gets no input.
  const on = async (script: string, input = '') => {
    const ssh = $({ quiet: true, input, timeout: '150s' })`ssh -F ${lab.sshConfig} ${lab.nodes[0]!.name} ${script}`
    return (await ssh).stdout
  }
  const seen = await on('cibadmin -Q')
  const wanted = withoutStatus(candidate(seen, cluster!).text)
  await on(
    'cat >/root/wanted.xml && cibadmin --timeout=120 --replace --xml-file /root/wanted.xml',
    wanted.replace(/ epoch="(\d+)"/, (_, epoch) => ` epoch="${Number(epoch) + 1}"`),
  )
  const end = performance.now() + 15 * 60_000
  // The controller may be away: Pacemaker restarts it when it has lost its connection to a busy CIB.
  const state = 'crmadmin --status "$(crmadmin --dc_lookup --quiet | sed "s/.* //")" 2>&1 || true'
  while (!(await on(state)).includes('S_IDLE')) {
    if (performance.now() > end) throw new Error(`${count} resources: Pacemaker has not settled in 15 minutes`)
    await sleep(2000)
  }
}

function turns({ signal }: Bench, lab: Lab): Turn[] {
  const common = ['-i', lab.inventory, '-F', lab.sshConfig]
  const recorded = join(dirname(lab.inventory), 'run.jsonl')
  const timed =
    (...words: string[]) =>
    async () => {
      const measured = await measure([process.execPath, main, ...words], { signal })
      if (measured.exitCode !== 0) throw new Error(`ha-run ${words.join(' ')}: ${measured.stderr}${measured.stdout}`)
      return measured
    }
  const site = async () => {
    const measured = await measure(siteWords(lab, lab.sshConfig), { signal })
    if (measured.exitCode !== 0) throw new Error(`ha-run site: ${measured.stderr}${measured.stdout}`)
    await writeFile(recorded, measured.stdout)
    return measured
  }
  const works: [ToolName, Turn['attempt']][] = [
    ['ha-run', site],
    ['ha-run verify', timed('verify', '--stable', '0', ...common)],
    ['ha-run status', timed('status', ...common)],
    ['ha-run import', timed('import', lab.nodes[0]!.name, '-F', lab.sshConfig)],
    ['ha-run report', timed('report', recorded)],
  ]
  return works.map(([tool, attempt]) => ({ tool, rounds: rounds.slow, attempt }))
}
