import test from 'ava'
import { cgroupMounts, inGroup } from '../../runner/lab/cgroup.js'
import { mountsBelow } from '../../runner/lab/leftovers.js'

test('the version 2 hierarchy is found on a hybrid host and on a unified one', t => {
  const hybrid = [
    'tmpfs /sys/fs/cgroup tmpfs rw 0 0',
    'cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0',
    'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0',
  ].join('\n')
  t.deepEqual(cgroupMounts(hybrid), {
    unified: '/sys/fs/cgroup/unified',
    all: ['/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'],
  })
  const unified = 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n'
  t.deepEqual(cgroupMounts(unified), { unified: '/sys/fs/cgroup', all: ['/sys/fs/cgroup'] })
  t.deepEqual(cgroupMounts(''), { unified: undefined, all: [] })
})

test('a command in a group keeps its arguments', t => {
  t.deepEqual(inGroup('/cg/x', ['echo', 'a b']).slice(-3), ['/cg/x/cgroup.procs', 'echo', 'a b'])
})

test("mounts are a lab's if they are in its directory, not beside it", t => {
  const mounts = 'a /labs/demo/nodes/node1/root overlay rw 0 0\nb /labs/demo-2/nodes/node1/root overlay rw 0 0\n'
  t.deepEqual(mountsBelow('/labs/demo', mounts), ['/labs/demo/nodes/node1/root'])
})
