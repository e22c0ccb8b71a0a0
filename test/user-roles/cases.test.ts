import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import test from 'ava'
import { planRun } from '../../runner/cli/plan-run.js'
import { loadUserRoles } from '../../runner/cli/user-roles.js'
import { knownRoles } from '../../runner/cli/load-roles.js'
import { HaRunError } from '../../runner/errors.js'

/**
 * One test a file of test/cases/user-roles. A section `== PATH` is a file of a project, and `== result` is what a command that runs
 * the role `own` finds there, before it connects to a node: the tasks and warnings, or the error. A file `play.yml` is the playbook that it runs instead, and `== limit` is its --limit.
 */

const inventory = `all:
  vars:
    cluster: { name: c, floating_ip: 192.0.2.10/24, fencing: disabled }
  hosts:
    node1: { ansible_host: 192.0.2.1 }
    node2: { ansible_host: 192.0.2.2 }
`

const root = 'test/cases/user-roles'
for (const file of readdirSync(root)) {
  test(`user-roles/${file}`, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'ha-run-roles-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const sections = new Map([['site.yml', inventory], ...sectionsOf(readFileSync(join(root, file), 'utf8'))])
    const expected = sections.get('result')
    sections.delete('result')
    const limit = sections.get('limit')?.trim()
    sections.delete('limit')
    for (const [path, text] of sections) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const playbook = [...sections.keys()].find(path => basename(path) === 'play.yml')
    t.is((await resultOf(folder, playbook, limit)).replaceAll(`${folder}/`, ''), expected ?? '')
  })
}

function sectionsOf(text: string): [string, string][] {
  return text
    .split(/^== /m)
    .slice(1)
    .map(section => [section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n') + 1)])
}

async function resultOf(folder: string, playbook?: string, limit?: string): Promise<string> {
  try {
    const target = playbook === undefined ? { roles: ['own'] } : { playbookFile: join(folder, playbook) }
    const plan = planRun(target, knownRoles(), {
      inventory: [join(folder, 'site.yml')],
      ...(limit !== undefined && { limit }),
    })
    const { ofSteps, hosts } = await loadUserRoles(plan)
    const lines = plan.jobs.flatMap(({ cluster, steps }) =>
      steps.flatMap(step =>
        cluster.nodes.flatMap(node =>
          (ofSteps.get(step)?.tasks({ cluster, node }) ?? []).map(({ name }) => `${node.name}: ${step.role}: ${name}`),
        ),
      ),
    )
    const outside = hosts.flatMap(({ cluster, steps }) =>
      steps.flatMap(({ role }) =>
        role.tasks({ cluster, node: cluster.nodes[0] }).map(({ name }) => `${cluster.name}: ${role.name}: ${name}`),
      ),
    )
    return [...lines, ...outside, ...plan.inventory.warnings.map(text => `warning: ${text}`)].join('\n') + '\n'
  } catch (error) {
    if (!(error instanceof HaRunError)) throw error
    return `exit ${error.exitCode}: ${error.message}\n${error.hint === undefined ? '' : `-> ${error.hint}\n`}`
  }
}
