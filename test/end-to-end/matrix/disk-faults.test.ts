import type { ExecutionContext } from 'ava'
import { labSite, troubles, withStatus, type Result } from '../site-harness.js'

/** `npm run test:faults`: a node's disk is full, or its file system read-only. Nothing is lost without an error. */
const { site, onLab } = labSite('disk-faults', 2, { layout: 'single' })
const folder = '/var/lib/pacemaker/cib'
const kept = 'every node keeps the configuration on disk'
const write = 'pacemaker: pacemaker writes the CIB to disk'

/** A file system of its own for the CIB, small enough to be filled. */
const mount = `cp -a ${folder} /root/cib; mount -t tmpfs -o size=32m,nr_inodes=1000 none ${folder}; cp -a /root/cib/. ${folder}/; chown hacluster:haclient ${folder}; chmod 750 ${folder}`

/** A change of the configuration, and back. */
const change =
  'crm_attribute -t crm_config -n cluster-ipc-limit -v 501; sleep 1; crm_attribute -q -t crm_config -n cluster-ipc-limit -D'
const epochs = `sleep 1; cibadmin -Q | head -1 | grep -o ' epoch=[^ ]*'; head -1 ${folder}/cib.xml | grep -o ' epoch=[^ ]*'`

const evidence = (run: Result) =>
  run.events.flatMap(event =>
    event.event === 'assertion' && event.task === kept ? `${event.status}: ${event.evidence}` : [],
  )[0] ?? ''

async function isKept(t: ExecutionContext) {
  const [inMemory, onDisk] = (await site.on('node2', epochs)).split('\n')
  t.is(onDisk, inMemory)
}

const faults: Record<string, { make: string; mend: string; evidence: RegExp }> = {
  'a full disk': {
    make: `head -c 40m /dev/zero >${folder}/fill 2>/dev/null || :`,
    mend: `rm ${folder}/fill`,
    evidence: /^failed: node2: the CIB on disk is .*; node2: \S+ is full: less than 1 MiB is free$/,
  },
  'no free inodes': {
    make: `n=0; while touch ${folder}/fill.$n 2>/dev/null; do n=$((n + 1)); done`,
    mend: `rm ${folder}/fill.*`,
    evidence: /^failed: node2: the CIB on disk is .*; node2: \S+ is full: no inodes are free$/,
  },
  'a read-only file system': {
    make: `mount -o remount,ro ${folder}`,
    mend: `mount -o remount,rw ${folder}`,
    evidence: /^failed: node2: the CIB on disk is .*; node2: \S+ is mounted read-only$/,
  },
}

onLab('the CIB has a file system of its own', async t => {
  await site.on('node2', mount)
  t.is((await site.run(['site'])).exitCode, 0)
})

for (const [title, { make, mend, evidence: expected }] of Object.entries(faults)) {
  onLab(`${title}: a change is kept in memory only, site fails, and repairs it once there is room`, async t => {
    await site.on('node2', make)
    const before = await site.run(['verify', '--stable', '0'])
    t.regex(evidence(before), /^failed: node2: \S+ is (full|mounted)/, 'before anything is lost')
    await site.on('node1', change)
    const failing = await site.run(['site'])
    t.is(failing.exitCode, 2, troubles(failing))
    t.regex(evidence(failing), expected)
    t.deepEqual(
      withStatus(failing, 'warning').filter(task => task === write),
      [write],
    )

    await site.on('node2', mend)
    await site.on('node1', change)
    t.regex(
      evidence(await site.run(['verify', '--stable', '0'])),
      /^failed: node2: the CIB on disk is [\d.]+, and/,
      'Pacemaker does not write again on its own',
    )
    t.deepEqual(withStatus(await site.run(['site', '--check']), 'would-change'), [write])
    const repaired = await site.run(['site'])
    t.deepEqual([repaired.exitCode, withStatus(repaired, 'changed')], [0, [write]], troubles(repaired))
    await isKept(t)
    await site.on('node1', change)
    await isKept(t)
  })
}

onLab('both nodes at once', async t => {
  await site.on('node1', mount)
  for (const name of ['node1', 'node2']) await site.on(name, `mount -o remount,ro ${folder}`)
  await site.on('node1', change)
  t.is((await site.run(['site'])).exitCode, 2)
  for (const name of ['node1', 'node2']) await site.on(name, `umount ${folder}`)
  const repaired = await site.run(['pacemaker'])
  t.deepEqual([repaired.exitCode, withStatus(repaired, 'changed')], [0, [write]], troubles(repaired))
  await isKept(t)
})
