import { readFileSync } from 'node:fs'
import test from 'ava'
import { certificateProblem, certificatesIn } from '../../../roles/quorum-device/certificate-state.js'

const caseOf = (name: string) => certificatesIn(readFileSync(`test/cases/quorum-device/${name}.txt`, 'utf8'))
const ca = caseOf('arbiter').authority!
const requesting = caseOf('requesting-node')

test('a node that requested the certificate and one that imported it can identify themselves', t => {
  for (const name of ['requesting-node', 'other-node'])
    t.is(certificateProblem(caseOf(name), ca, 'pacemaker1'), undefined, name)
})

test('each step that is missing is told', t => {
  const problem = (more: Partial<typeof requesting>, cluster = 'pacemaker1') =>
    certificateProblem({ ...requesting, ...more }, ca, cluster)
  t.is(problem({ authority: undefined }), 'none')
  t.is(problem({ authority: requesting.cluster }), 'of another arbiter')
  t.is(problem({ cluster: undefined }), 'unfinished')
  t.is(problem({ hasKey: false }), 'unfinished')
  t.is(problem({}, 'pacemaker2'), 'of the cluster pacemaker1')
})

test('without a database there is nothing', t => {
  t.deepEqual(certificatesIn(''), { authority: undefined, cluster: undefined, hasKey: false })
  t.is(certificatesIn('---\n---\n').authority, undefined)
})

test('a key of another certificate does not count', t => {
  t.false(certificatesIn('---\n---\n< 0> rsa      b36d   NSS Certificate DB:QNet CA\n').hasKey)
})
