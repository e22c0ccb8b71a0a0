import { exec, type Lab } from '../../runner/lab/index.js'
import { runAnsible } from './ansible.js'
import { delayed } from './delayed.js'
import { exact, floorScript, record, runFloor, writeFloor } from './floor.js'
import { runHaRun } from './ha-run.js'
import { inTurn, type Bench, type Turn } from './in-turn.js'
import { installFloor } from './install-floor.js'
import { withLab } from './lab.js'
import type { Measured } from './measure.js'
import type { ToolName, WorkName } from './results.js'
import { withTraffic } from './traffic.js'
import { few, many, rounds } from './works.js'

/** The works that need a cluster which stands already: (a), (b), (d), (e), (g). */
export async function clusterWorks(bench: Bench, nodes: number, works: ReadonlySet<WorkName>): Promise<void> {
  const { signal } = bench
  await withLab(bench, `bench${nodes}`, nodes, async lab => {
    bench.say(`building a cluster of ${nodes} nodes`)
    await runHaRun(lab, lab.sshConfig, { changed: undefined, signal })
    // Also warms both tools up: what the next runs read is in memory.
    await runAnsible(lab, lab.sshConfig, { changed: 0, signal })
    const recording = await record(lab)
    const floor = await writeFloor(lab, name => floorScript(recording[name]!))
    const nothingToDo = (sshConfig: string): Turn[] => [
      { tool: 'floor', rounds: rounds.quick, attempt: counted(lab, () => runFloor(lab, floor, sshConfig, signal)) },
      {
        tool: 'ha-run',
        rounds: rounds.quick,
        exact: exact(recording),
        attempt: counted(lab, () => runHaRun(lab, sshConfig, { changed: 0, signal })),
      },
      {
        tool: 'Ansible',
        rounds: rounds.slow,
        attempt: counted(lab, () => runAnsible(lab, sshConfig, { changed: 0, signal })),
      },
    ]
    const still = nodes === few ? 'a' : 'b'
    if (works.has(still)) await inTurn(bench, still, nodes, nothingToDo(lab.sshConfig))
    if (nodes === many && works.has('d')) await inTurn(bench, 'd', nodes, oneDrifted(bench, lab))
    if (nodes === many && works.has('e')) await inTurn(bench, 'e', nodes, onlyChecked(bench, lab))
    if (works.has('g')) await delayed(lab, sshConfig => inTurn(bench, 'g', nodes, nothingToDo(sshConfig)))
    // Ansible had the last word: it has left a cluster that ha-run finds as declared.
    await runHaRun(lab, lab.sshConfig, { changed: 0, signal })
  })
}

function oneDrifted({ signal }: Bench, lab: Lab): Turn[] {
  const node = lab.nodes.at(-1)!
  const drift = async () => {
    const { exitCode, stderr } = await exec(node, ['sh', '-c', 'echo drift >>/var/www/html/index.html'], {
      output: 'collect',
      timeoutSeconds: 20,
    })
    if (exitCode !== 0) throw new Error(`no drift on ${node.name}: ${stderr}`)
  }
  return both(async run => {
    await drift()
    return counted(lab, () => run(lab, lab.sshConfig, { changed: 1, signal }))()
  })
}

function onlyChecked({ signal }: Bench, lab: Lab): Turn[] {
  return both(run => counted(lab, () => run(lab, lab.sshConfig, { changed: 0, flags: ['--check'], signal }))())
}

function both(attempt: (run: typeof runHaRun) => ReturnType<Turn['attempt']>): Turn[] {
  const tools: [ToolName, number, typeof runHaRun][] = [
    ['ha-run', rounds.quick, runHaRun],
    ['Ansible', rounds.slow, runAnsible],
  ]
  return tools.map(([tool, count, run]) => ({ tool, rounds: count, attempt: () => attempt(run) }))
}

/** An attempt whose bytes are counted, too. */
export function counted(lab: Lab, attempt: () => Promise<Measured>): Turn['attempt'] {
  return async () => {
    const { result, kilobytesPerNode } = await withTraffic(lab, attempt)
    return { ...result, kilobytesPerNode }
  }
}

/** (c): every attempt on a fresh lab, looked over by the other tool, which must find nothing to do. */
export async function fromBare(bench: Bench): Promise<void> {
  const { signal } = bench
  const fresh = (work: (lab: Lab) => ReturnType<Turn['attempt']>) => () => withLab(bench, 'benchbare', few, work)
  await inTurn(bench, 'c', few, [
    {
      tool: 'floor',
      rounds: rounds.slow,
      attempt: fresh(async lab => {
        const script = await installFloor(lab.inventory)
        const folder = await writeFloor(lab, () => script)
        return counted(lab, () => runFloor(lab, folder, lab.sshConfig, signal))()
      }),
    },
    {
      tool: 'ha-run',
      rounds: rounds.slow,
      attempt: fresh(async lab => {
        const measured = await counted(lab, () => runHaRun(lab, lab.sshConfig, { changed: undefined, signal }))()
        await runAnsible(lab, lab.sshConfig, { changed: 0, signal })
        return measured
      }),
    },
    // As people write it, and with the one saving that no module has.
    ...(
      [
        ['Ansible', []],
        ['Ansible seeded', ['-e', 'seed=true']],
      ] as const
    ).map(([tool, flags]): Turn => ({
      tool,
      rounds: rounds.slow,
      attempt: fresh(async lab => {
        const measured = await counted(lab, () =>
          runAnsible(lab, lab.sshConfig, { changed: undefined, flags: [...flags], signal }),
        )()
        await runHaRun(lab, lab.sshConfig, { changed: 0, flags: ['--check'], signal })
        return measured
      }),
    })),
  ])
}
