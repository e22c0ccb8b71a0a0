import { spawnSync } from 'node:child_process'
import test from 'ava'

test('the plugs of the bundle, a program of their own, load and look for their lab', t => {
  const { stderr } = spawnSync(process.execPath, ['bundle/runner/lab/plug-server.js', 'no-such-lab', '2'], {
    encoding: 'utf8',
  })
  t.regex(stderr, /ENOENT.*no-such-lab\/plug_password/)
})
