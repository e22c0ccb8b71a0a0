/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { agentsFromElsewhere, learnSecretNames } from '../../../runner/cluster/cib/secret-names.js'
import { isSecretName } from '../../../runner/cluster/secret-parameters.js'
import type { Fact } from '../../../runner/facts/fact.js'

function cibWith(...agents: string[]): string {
  const primitives = agents.map((agent, at) => {
    const [kind, ...rest] = agent.split(':')
    const provider = rest.length === 2 ? `provider="${rest[0]}"` : ''
    return `<primitive id="r${at}" class="${kind}" ${provider} type="${rest.at(-1)}"/>`
  })
  return `<cib><configuration><resources>${primitives.join('')}</resources></configuration></cib>`
}

test('agents that are in no package of Debian', async t => {
  const cib = cibWith(
    'ocf:heartbeat:IPaddr2',
    'ocf:pacemaker:ping',
    'systemd:apache2',
    'stonith:fence_ipmilan',
    'stonith:fence_xvm',
    'stonith:fence_plug',
    'stonith:fence_shelly',
    'ocf:ours:safe',
    'ocf:ours:safe',
  )
  t.deepEqual(await agentsFromElsewhere(cib), ['stonith:fence_shelly', 'ocf:ours:safe'])
  t.deepEqual(await agentsFromElsewhere('no CIB'), [])
})

test('what their metadata calls a password is secret from then on; an agent that is not there has none', async t => {
  const metadata = `<resource-agent name="safe"><parameters>
<parameter name="dial"><content type="string"/><shortdesc lang="en">The password of the safe</shortdesc></parameter>
<parameter name="room"><content type="string"/><shortdesc lang="en">Where it stands</shortdesc></parameter>
</parameters></resource-agent>`
  const answers = [metadata, '0', '', '102', ''].join('\0')
  const asked: string[] = []
  const read = async <T>({ family, argument }: Fact<T>) => {
    asked.push(argument)
    const all = ['ocf:ours:safe', 'ocf:ours:gone']
    return family.parse({ stdout: answers } as never, all)[all.indexOf(argument)] as T
  }
  t.false(isSecretName('dial'))
  const cib = cibWith('ocf:ours:safe', 'ocf:ours:gone', 'ocf:heartbeat:apache')
  await learnSecretNames(cib, read)
  await learnSecretNames(cib, read)
  t.deepEqual(asked, ['ocf:ours:safe', 'ocf:ours:gone'])
  t.true(isSecretName('dial'))
  t.false(isSecretName('room'))
})
