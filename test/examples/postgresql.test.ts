import { resolve } from 'node:path'
import test from 'ava'
import { readClusters } from '../../runner/cluster/declaration/read.js'
import { loadInventory } from '../../runner/inventory/load.js'
import { Secret } from '../../runner/secret.js'
import { RoleCode } from '../../runner/user-roles/code.js'

/** A function of the example's role, loaded as ha-run loads it. */
const code = RoleCode.open()
async function call(file: string, name: string, ...args: unknown[]): Promise<unknown> {
  const module = await (await code).import(resolve(`examples/postgresql/roles/postgresql/${file}`))
  return (module[name] as (...args: unknown[]) => unknown)(...args)
}

const [cluster] = readClusters(loadInventory(['examples/postgresql/inventory']))
const [node1] = cluster!.nodes
const installation = async () => call('installation.ts', 'installationOf', cluster)

test('where it is follows from the parameters of the agent', async t => {
  t.like(await installation(), {
    resource: 'PostgreSQL',
    clone: 'PostgreSQL-clone',
    version: '15',
    address: '192.168.0.10',
  })
})

test('a cluster without it is refused', async t => {
  await t.throwsAsync(call('installation.ts', 'installationOf', { ...cluster, resources: [] }), {
    message: 'the inventory declares no resource with the agent ocf:heartbeat:pgsqlms and a clone',
  })
})

test('a standby has its own name, and waits for the other nodes only', async t => {
  const conf = async (isSynchronous: boolean) =>
    call('settings.ts', 'postgresqlConf', await installation(), cluster, node1, isSynchronous) as Promise<string>
  t.regex(await conf(true), /^primary_conninfo = 'host=192\.168\.0\.10 .* application_name=node1'$/m)
  t.regex(await conf(true), /^synchronous_standby_names = 'ANY 1 \("node2"\)'$/m)
  t.regex(await conf(false), /^synchronous_standby_names = ''$/m)
})

test('a node never replicates itself, and clients never log in as the replication user', async t => {
  const lines = String(await call('settings.ts', 'hba', cluster, node1, ['192.168.0.0/24'])).split('\n')
  t.deepEqual(lines.slice(2), [
    'host replication,postgres replicator 192.168.0.2/32 scram-sha-256',
    'host replication all all reject',
    'host all replicator all reject',
    'host all all 192.168.0.0/24 scram-sha-256',
    '',
  ])
})

test('a peer is a network of one host, or a name', async t => {
  const inHba = async (host: string) => call('settings.ts', 'hbaAddress', host)
  t.deepEqual(await Promise.all(['10.0.0.2', 'fd00::2', 'node2'].map(inHba)), ['10.0.0.2/32', 'fd00::2/128', 'node2'])
})

test('the verifier of a password is that password’s alone, and does not contain it', async t => {
  const password = new Secret(Buffer.from('a "quoted" secret'))
  const text = String(await call('password.ts', 'verifier', password))
  t.regex(text, /^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/)
  t.true(await call('password.ts', 'isVerifierOf', text, password))
  t.false(await call('password.ts', 'isVerifierOf', text, new Secret(Buffer.from('another secret'))))
  t.false(await call('password.ts', 'isVerifierOf', 'md5deadbeef', password))
  t.false(String(await call('password.ts', 'userStatements', password, 'CREATE')).includes('quoted'))
})

test('a line of a password file', async t => {
  t.is(await call('settings.ts', 'passwordLine', String.raw`a:b\c`), '*:*:*:replicator:a\\:b\\\\c\n')
})

test('the data of somebody else is foreign', async t => {
  const state = async (output: string) => call('state.ts', 'stateIn', output)
  const none = { data: 'none', identifier: undefined, role: undefined }
  t.deepEqual(await state('recovery \n'), none)
  t.like(await state('data\nrecovery \n'), { data: 'foreign' })
  t.like(await state('data\nidentifier 75\nrecovery f\n'), { data: 'foreign', role: 'primary' })
  t.deepEqual(await state('data\nidentifier 75\nours\nrecovery t\n'), {
    data: 'ours',
    identifier: '75',
    role: 'standby',
  })
})
