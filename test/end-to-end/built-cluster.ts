import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { $ } from 'zx/core'
import { loadedKeyEntry } from '../../runner/cluster/corosync/state.js'
import { labOf, down, pruneSnapshots, takeSnapshot, up, type Lab } from '../../runner/lab/index.js'
import { locked } from '../../runner/lab/lock.js'
import { snapshotsDir } from '../../runner/lab/names.js'
import { recipeHash } from '../../runner/lab/recipe.js'
import { isRequired } from '../required.js'
import { kebabName, specimens, type SpecimenName } from './foreign/index.js'
import { formed, serving } from './foreign/steps.js'
import { changedInventory, type ClusterVars } from './inventory.js'
import { LabNodes } from './lab-nodes.js'
import { setQuickStart, unsetQuickStart } from './quick-start.js'
import { suite, withRelease } from './release.js'
import { patience } from './patience.js'

const bundle = fileURLToPath(new URL('../../../bundle', import.meta.url))
export const main = join(bundle, 'runner/cli/main.js')

/** What tests find built, instead of building it themselves: by `ha-run site`, or by somebody else. */
export type Built = ByHaRun | { foreign: SpecimenName }

interface ByHaRun {
  layout: 'single' | 'cloned'
}

/** The declaration of a cluster that is built. */
export const declare =
  ({ layout }: ByHaRun) =>
  (cluster: ClusterVars) => {
    if (layout !== 'single') cluster['layout'] = layout
  }

/** As `ha-run site` notes it when it loads a key. The note ends with the process of Corosync, and so with the snapshot. */
const noteKey = `corosync-cmapctl -s ${loadedKeyEntry} str $(sha256sum </etc/corosync/authkey | cut -d ' ' -f 1)`

/**
 * The snapshot of a cluster that this very ha-run, or the specimen's function, has built: made once, and again when its
 * builder or what nodes are made of has changed. A second process that wants the same one waits for the first.
 *
 * @returns its directory, for `up`; and what `ha-run site --json` printed when it built the cluster from bare nodes.
 */
export async function builtCluster(
  count: number,
  built: Built,
  say: (line: string) => void,
): Promise<{ snapshot: string; building: string }> {
  const kind = `${'foreign' in built ? `foreign-${kebabName(built.foreign)}` : built.layout}-${count}`
  const kindThere = `${kind}-${await suite()}`
  const name = `${kindThere}-${'foreign' in built ? await specimenHash(built.foreign) : await builderHash()}`
  const snapshot = join(snapshotsDir, name)
  const note = `${snapshot}.jsonl`
  return locked(
    `snapshot-${kind}`,
    { timeoutSeconds: 900, busy: `another process has been building the snapshot ${name} for 15 minutes` },
    async () => {
      if (existsSync(snapshot)) return { snapshot, building: await readFile(note, 'utf8') }
      const isOfKind = (other: string) => other.startsWith(`${kindThere}-`)
      const isNote = (other: string) => other.endsWith('.jsonl')
      await pruneSnapshots(snapshotsDir, other => !isOfKind(other) || isNote(other))
      // A snapshot that a lab uses has stayed, and its note with it: the next lab needs both.
      const isInUse = (other: string) => existsSync(join(snapshotsDir, other.replace('.jsonl', '')))
      await pruneSnapshots(snapshotsDir, other => !isOfKind(other) || !isNote(other) || isInUse(other))
      say(`building ${kind} for a snapshot (once)`)
      const lab = labOf(`built-${kind}`, count)
      await down({ name: lab.name, report: () => {} })
      try {
        await up({ name: lab.name, count, yes: isRequired, report: say, ...withRelease })
        const building = await build(new LabNodes(lab), built)
        await new LabNodes(lab).on('node1', setQuickStart)
        // Daemons that go one after the other, each node's at the same time, have no membership to wait for and nobody to fence.
        await new LabNodes(lab).onAll('systemctl stop pacemaker && systemctl stop corosync')
        await mkdir(snapshotsDir, { recursive: true })
        await writeFile(note, building)
        await takeSnapshot(lab, snapshot)
        return { snapshot, building }
      } finally {
        await down({ name: lab.name, report: () => {} })
      }
    },
  )
}

/** Builds the cluster. @returns what `ha-run site --json` printed; nothing if somebody else builds it. */
async function build(site: LabNodes, built: Built): Promise<string> {
  if ('foreign' in built) {
    await specimens[built.foreign](site)
    return ''
  }
  const inventory = await changedInventory(site.lab, 'built.yml', declare(built))
  const { exitCode, stdout, stderr } = await $({
    quiet: true,
    nothrow: true,
    timeout: `${patience}s`,
    stdio: ['ignore', 'pipe', 'pipe'],
  })`${process.execPath} ${main} site --stable 0 --json -i ${inventory} -F ${site.lab.sshConfig}`
  if (exitCode !== 0) throw new Error(`ha-run site: exit code ${exitCode}\n${stdout}${stderr}`)
  return stdout
}

/** Waits until a cluster that was brought up from a snapshot serves, and is then as its builder has left it. */
export async function clusterServes(lab: Lab, built: Built): Promise<void> {
  const site = new LabNodes(lab)
  if ('foreign' in built) {
    await formed(site)
    await serving(site)
    return
  }
  const nodes = lab.nodes.map(({ name }) => name).join(' ')
  // One report answers all three questions: each crm_mon costs some tens of milliseconds. Without -r it leaves out what is stopped.
  await site.come(
    'node1',
    `state=$(crm_mon -1r 2>&1); echo "$state" | grep -q 'Online: \\[ ${nodes} \\]' && echo "$state" | grep -q 'FloatIP.*Started' && ! echo "$state" | grep -q 'Stopped\\|Starting'`,
  )
  await site.on('node1', unsetQuickStart)
  for (const { name } of lab.nodes) await site.on(name, noteKey)
}

/** Of all that decides what a specimen looks like: its own steps, those that all share, and what nodes are made of. */
async function specimenHash(specimen: SpecimenName): Promise<string> {
  const hash = createHash('sha256').update(recipeHash(await suite()))
  for (const file of [`foreign/${kebabName(specimen)}.js`, 'foreign/steps.js', 'quick-start.js'])
    hash.update(await readFile(new URL(file, import.meta.url)))
  return hash.digest('hex').slice(0, 12)
}

/** Of all that decides what a cluster looks like that ha-run has built. */
async function builderHash(): Promise<string> {
  const hash = createHash('sha256').update(recipeHash(await suite()))
  const files = await readdir(bundle, { recursive: true, withFileTypes: true })
  for (const path of files
    .filter(file => file.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted())
    hash.update(path.slice(bundle.length)).update(await readFile(path))
  return hash.digest('hex').slice(0, 12)
}
