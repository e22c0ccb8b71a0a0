import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import test from 'ava'
import { Connections } from '../../runner/engine/connections.js'
import { closedPort } from '../ssh/local-sshd.js'

test('after close, no attempt to reconnect still removes its directory', async t => {
  const controlDirectory = await mkdtemp('/tmp/ha-run-')
  t.teardown(async () => rm(controlDirectory, { recursive: true, force: true }))
  const nodes = Array.from({ length: 4 }, (_, at) => ({
    name: `n${at}`,
    connection: { host: '127.0.0.1', port: closedPort },
  }))
  const connections = new Connections({
    ssh: { controlDirectory, configFile: '/dev/null' },
    forks: 4,
    stop: new AbortController().signal,
  })
  const ended = Promise.allSettled(nodes.map(async node => connections.reconnect(node)))
  while (readdirSync(controlDirectory).length < nodes.length) await turn()
  await connections.close()
  t.deepEqual(readdirSync(controlDirectory), [])
  t.true((await ended).every(({ status }) => status === 'rejected'))
})
