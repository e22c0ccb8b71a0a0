import test from 'ava'
import {
  unwrittenCib,
  nodeStorage,
  parseStorage,
  storageFaults,
  storageWarnings,
} from '../../../runner/cluster/cib/storage.js'
import { localScope } from '../../tasks/scope.js'

const cib = (epoch: number) => `<cib crm_feature_set="3.16.1" epoch="${epoch}" num_updates="0" admin_epoch="0">`
const roomy = `fs 19376802 4096 16149271 16777216 /var/lib/pacemaker/cib
fs 19376802 4096 16149271 16777216 /etc/corosync
fs 19376802 4096 16149271 16777216 /var/lib/corosync
`

interface Case {
  /** What the node printed. */
  text: string
  /** Whether the CIB in memory, 0.40, is not on disk. */
  behind?: true
  faults?: string[]
  warnings?: string[]
}

const cases: Record<string, Case> = {
  'all is on disk, and there is room': { text: `${cib(40)}\n  <configuration>\n${roomy}` },
  'after an XML declaration': { text: `<?xml version="1.0"?>\n${cib(40)}\n${roomy}` },
  'the disk was read after a change': { text: `${cib(41)}\n\n${roomy}` },
  'Pacemaker has stopped writing': { text: `${cib(39)}\n\n${roomy}`, behind: true },
  'there is no CIB on disk': { text: `\n\n${roomy}`, behind: true },
  'the file is damaged': { text: `<ci\n\n${roomy}`, behind: true },
  'the disk is full': {
    text: `${cib(40)}\n\n${roomy.replaceAll('19376802', '200')}`,
    faults: ['/var/lib/pacemaker/cib, /etc/corosync, /var/lib/corosync are full: less than 1 MiB is free'],
  },
  'the disk is almost full': {
    text: `${cib(40)}\n\n${roomy.replace('19376802', '2000')}`,
    warnings: ['/var/lib/pacemaker/cib is almost full: less than 16 MiB or 256 inodes are free'],
  },
  'there are no inodes': {
    text: `${cib(40)}\n\n${roomy.replace('16149271', '0')}`,
    faults: ['/var/lib/pacemaker/cib is full: no inodes are free'],
  },
  'btrfs has no limit of inodes': { text: `${cib(40)}\n\n${roomy.replaceAll('16149271 16777216', '0 0')}` },
  'a disk with errors is mounted read-only': {
    text: `${cib(40)}\n\nro /var/lib/corosync\n${roomy}`,
    faults: ['/var/lib/corosync is mounted read-only'],
  },
  'Corosync and Pacemaker are not installed': { text: '\n\n', behind: true },
}

for (const [title, { text, behind = false, faults = [], warnings = [] }] of Object.entries(cases)) {
  test(`storage: ${title}`, t => {
    const storage = parseStorage(text)
    t.is(unwrittenCib(storage, `${cib(40)}</cib>`) !== undefined, behind)
    t.deepEqual(storageFaults(storage), faults)
    t.deepEqual(storageWarnings(storage), warnings)
  })
}

test('the versions are compared as numbers, and admin_epoch first', t => {
  const onDisk = (attributes: string) => ({
    directories: [],
    cibVersion: parseStorage(`<cib ${attributes}>\n\n`).cibVersion,
  })
  t.truthy(unwrittenCib(onDisk('admin_epoch="0" epoch="9"'), `${cib(10)}</cib>`))
  t.is(unwrittenCib(onDisk('admin_epoch="1" epoch="2"'), `${cib(10)}</cib>`), undefined)
})

test('the question is understood by the shell, whatever is installed', async t => {
  const { directories } = await localScope(t).read(nodeStorage)
  t.true(directories.every(({ path, freeBytes }) => path.startsWith('/') && freeBytes >= 0))
})
