import test from 'ava'
import { enterCommand } from '../../runner/lab/exec.js'

test('arguments reach the node unchanged, with its capabilities and no more', t => {
  const command = enterCommand({ pid: 42, capabilities: '0000000000000a01' }, ['sh', '-c', 'a  b'], 'xterm')
  t.deepEqual(command.slice(0, 5), [
    'nsenter',
    '--target=42',
    '--all',
    'setpriv',
    '--bounding-set=-all,+cap_0,+cap_9,+cap_11',
  ])
  t.deepEqual(command.slice(-4), ['TERM=xterm', 'sh', '-c', 'a  b'])
})
