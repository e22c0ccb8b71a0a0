import test from 'ava'
import { refuseMixedVersions } from '../../../runner/cluster/rollout/mixed-versions.js'
import { answering } from '../../roles/corosync/cluster.js'

const nodesWith = (...versions: (string | undefined)[]) =>
  versions.map((version, at) => answering(`node${at + 1}`, { packages: { version, isHeld: false } }))

test('two upstream versions are refused, with the nodes; two revisions of Debian are not', async t => {
  await t.throwsAsync(refuseMixedVersions(nodesWith('3.1.7-1+deb12u2', '3.1.9-2+deb13u1')), {
    message:
      'the nodes have different versions of corosync (3.1.7 on node1, 3.1.9 on node2): nothing is reloaded or restarted while they differ',
  })
  await t.notThrowsAsync(refuseMixedVersions(nodesWith('3.1.7-1+deb12u1', '3.1.7-1+deb12u2')))
  await t.notThrowsAsync(refuseMixedVersions(nodesWith('3.1.7-1', undefined)))
})
