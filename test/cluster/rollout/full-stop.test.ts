import test from 'ava'
import { fullStop } from '../../../runner/cluster/rollout/full-stop.js'
import { readCorosyncState } from '../../../runner/cluster/corosync/state.js'
import { TaskError } from '../../../runner/errors.js'
import { wantedConf } from '../../../runner/cluster/corosync/wanted-conf.js'
import { clusterOf, scopeOf, type Answers } from '../../roles/corosync/cluster.js'

const conf = wantedConf(clusterOf(), [
  ['node1', undefined],
  ['node2', undefined],
])
const plain = conf.replaceAll(/crypto_(cipher|hash): \w+/g, 'crypto_$1: none')

/** A node as it is before, with a key or without. The stand-in cannot do anything: what is refused was not begun. */
function node(key: string | undefined): Answers {
  return {
    'text of files': plain,
    'state of files': key === undefined ? undefined : { hash: key },
    'state of units': { active: 'active' },
    'corosync-cmapctl': undefined,
    'corosync-quorumtool -s': undefined,
  }
}

const refuses = test.macro({
  exec: async (t, members: Record<string, Answers | undefined>, selected: string[], message: RegExp) => {
    const scope = scopeOf(members, selected)
    const error = await t.throwsAsync(fullStop(scope, await readCorosyncState(scope.members), conf), {
      instanceOf: TaskError,
      message,
    })
    t.regex(error.message, /nothing was (stopped|changed)/)
  },
  title: (name = '') => `nothing is stopped: ${name}`,
})

const both = ['node1', 'node2']
test('a node is missing', refuses, { node1: node('k'), node2: undefined }, both, /^node2 unreachable/)
test(
  'a node is not selected',
  refuses,
  { node1: node('k'), node2: node('k') },
  ['node1'],
  /^node2 would have to change too/,
)
test(
  'the new file needs an authkey and there is none',
  refuses,
  { node1: node(undefined), node2: node(undefined) },
  both,
  /needs an authkey and there is none/,
)
test('the keys differ', refuses, { node1: node('k'), node2: node('x') }, both, /different authkeys/)
