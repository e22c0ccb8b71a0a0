import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { $ } from 'zx/core'
import { keyNote } from '../../runner/cluster/loaded.js'
import { describe, down, exec, pruneSnapshots, takeSnapshot, up, type Lab } from '../../runner/lab/index.js'
import { hostSuite } from '../../runner/lab/host.js'
import { locked } from '../../runner/lab/lock.js'
import { snapshotsDir } from '../../runner/lab/names.js'
import { recipeHash } from '../../runner/lab/recipe.js'
import { changedInventory, type ClusterVars } from './inventory.js'
import { isRequired } from './availability.js'

const bundle = fileURLToPath(new URL('../../../bundle', import.meta.url))
export const main = join(bundle, 'runner/cli/main.js')

/** What tests find built, instead of building it themselves. */
export interface Built {
  layout: 'single' | 'cloned'
}

/** The declaration of a cluster that is built. */
export const declare = ({ layout }: Built) => (cluster: ClusterVars) => {
  if (layout !== 'single') cluster['layout'] = layout
}

/**
 * Two nodes that start at the same time would wait 20 s for a first DC. A property of this set shortens that; ha-run
 * shall find the cluster as it left it, so the set goes as soon as there is a DC.
 */
const quickStart = 'lab-quick-start'
const setQuickStart = `cibadmin --create -o crm_config --xml-text '<cluster_property_set id="${quickStart}"><nvpair id="${quickStart}-dc-deadtime" name="dc-deadtime" value="1s"/></cluster_property_set>'`
/** As `ha-run site` notes it when it loads a key. The note ends with the process of Corosync, and so with the snapshot. */
const noteKey = `corosync-cmapctl -s ${keyNote} str $(sha256sum </etc/corosync/authkey | cut -d ' ' -f 1)`
const unsetQuickStart = `cibadmin --delete --xpath '//cluster_property_set[@id="${quickStart}"]'`

/**
 * The snapshot of a cluster that this very ha-run has built: made once, and again when ha-run or what nodes are made of
 * has changed. A second process that wants the same one waits for the first.
 *
 * @returns its directory, for `up`; and what `ha-run site --json` printed when it built the cluster from bare nodes.
 */
export async function builtCluster(count: number, built: Built, say: (line: string) => void): Promise<{ snapshot: string; building: string }> {
  const kind = `${built.layout}-${count}`
  const name = `${kind}-${await builderHash()}`
  const snapshot = join(snapshotsDir, name)
  const note = `${snapshot}.jsonl`
  return locked(`snapshot-${kind}`, { seconds: 900, busy: `another process has been building the snapshot ${name} for 15 minutes` }, async () => {
    if (existsSync(snapshot)) return { snapshot, building: await readFile(note, 'utf8') }
    await pruneSnapshots(snapshotsDir, other => !other.startsWith(`${kind}-`))
    say(`building ${count} nodes, layout ${built.layout}, for a snapshot (once)`)
    const lab = describe(`built-${kind}`, count)
    await down({ name: lab.name, say: () => {} })
    try {
      await up({ name: lab.name, count, yes: isRequired, say })
      const inventory = await changedInventory(lab, 'built.yml', declare(built))
      const { exitCode, stdout, stderr } = await $({ quiet: true, nothrow: true, timeout: '300s', stdio: ['ignore', 'pipe', 'pipe'] })`${process.execPath} ${main} site --stable 0 --json -i ${inventory} -F ${lab.sshConfig}`
      if (exitCode !== 0) throw new Error(`ha-run site: exit code ${exitCode}\n${stdout}${stderr}`)
      await onNode(lab, 0, setQuickStart)
      await mkdir(snapshotsDir, { recursive: true })
      await writeFile(note, stdout)
      await takeSnapshot(lab, snapshot)
      return { snapshot, building: stdout }
    } finally {
      await down({ name: lab.name, say: () => {} })
    }
  })
}

/** Waits until a cluster that was brought up from a snapshot serves, and is then as `ha-run site` has left it. */
export async function clusterServes(lab: Lab): Promise<void> {
  const online = `crm_mon -1 | grep -q 'Online: \\[ ${lab.nodes.map(({ name }) => name).join(' ')} \\]' && crm_mon -1 | grep -q 'FloatIP.*Started' && ! crm_mon -1 | grep -q 'Stopped\\|Starting'`
  await onNode(lab, 0, `for i in $(seq 450); do { ${online}; } 2>/dev/null && break; sleep 0.2; done; ${online} && ${unsetQuickStart}`)
  for (const at of lab.nodes.keys()) await onNode(lab, at, noteKey)
}

async function onNode(lab: Lab, at: number, script: string): Promise<void> {
  const { exitCode, stdout, stderr } = await exec(lab.nodes[at]!, ['sh', '-c', script], { output: 'collect', seconds: 120 })
  if (exitCode !== 0) throw new Error(`${lab.nodes[at]!.name}: ${script}: exit code ${exitCode}: ${stderr || stdout}`)
}

/** Of all that decides what a built cluster looks like. */
async function builderHash(): Promise<string> {
  const hash = createHash('sha256').update(recipeHash(await hostSuite()))
  const files = await readdir(bundle, { recursive: true, withFileTypes: true })
  for (const path of files.filter(file => file.isFile()).map(({ parentPath, name }) => join(parentPath, name)).toSorted()) hash.update(path.slice(bundle.length)).update(await readFile(path))
  return hash.digest('hex').slice(0, 12)
}
