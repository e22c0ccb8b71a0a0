import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import test from 'ava'
import { load } from 'js-yaml'
import { conceal } from '../../../runner/concealed.js'
import { parseFenceAgent } from '../../../runner/cluster/fencing/agent-metadata.js'
import { fencePlug } from '../../../runner/cluster/fencing/fence-plug.js'
import { parameterProblems } from '../../../runner/cluster/fencing/parameter-problems.js'
import { Secret } from '../../../runner/secret.js'

interface Case {
  name: string
  agent: string
  fences: { node: string; plug?: string }[]
  params: Record<string, string>
  /** Their names. */
  secrets?: string[]
  /** `severity parameter: message | hint`. */
  problems: string[]
}

const { agents, cases } = load(
  readFileSync(new URL('../../../../test/cases/fencing/parameters.yml', import.meta.url), 'utf8'),
) as { agents: Record<string, string>; cases: Case[] }

agents[fencePlug.agent] = execFileSync('sh', ['-c', fencePlug.text], { input: 'action=metadata\n', encoding: 'utf8' })

function problemsOf({ agent, fences, params, secrets = [] }: Omit<Case, 'name' | 'problems'>): string[] {
  const value = new Secret(Buffer.from('hush'))
  const device = {
    id: 'd',
    agent,
    fences,
    params,
    secrets: Object.fromEntries(secrets.map(name => [name, { value }])),
  }
  return parameterProblems(parseFenceAgent(agent, agents[agent]!), device).map(
    ({ severity, parameter, message, hint }) =>
      `${severity} ${parameter}: ${message}${hint === undefined ? '' : ` | ${hint}`}`,
  )
}

for (const { name, problems, ...device } of cases)
  test(`parameters of a device: ${name}`, t => {
    t.deepEqual(problemsOf(device), problems)
    t.false(problems.join(' ').includes('hush'))
  })

test('a secret from a vault is not in clear text', t => {
  conceal('from the vault')
  t.deepEqual(
    problemsOf({ agent: 'fence_safe', fences: [{ node: 'node1' }], params: { combination: 'from the vault' } }),
    [],
  )
})

test('what is no metadata is refused', t => {
  t.throws(() => parseFenceAgent('fence_x', 'Traceback (most recent call last):'))
  t.throws(() => parseFenceAgent('fence_x', '<html/>'), { message: "not an agent's metadata: <html>" })
})
