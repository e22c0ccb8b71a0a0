import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { knownRoles } from '../../runner/cli/load-roles.js'
import { planRun } from '../../runner/cli/plan-run.js'
import { loadUserRoles } from '../../runner/cli/user-roles.js'
import { caseDifference, resultOfCase, type CaseResult } from '../../runner/user-roles/cases/run-case.js'
import { readCase } from '../../runner/user-roles/cases/schema.js'
import { pageFiles, writePageFiles } from '../docs/page-files.js'

/** The files of docs/roles.md, as a reader copies them. A lab test (own-roles.test.ts) runs them. */
const page = 'docs/roles.md'
const folder = mkdtempSync(join(tmpdir(), 'ha-run-page-'))
writePageFiles(page, folder)
test.after.always(() => rmSync(folder, { recursive: true }))

test('docs/roles.md: its roles are found, and its playbook is what site runs', async t => {
  t.deepEqual(
    pageFiles(page).map(([path]) => path),
    [
      'inventory/site.yml',
      'roles/nginx/index.ts',
      'playbooks/site.yml',
      'roles/motd/index.ts',
      'roles/nginx/test/configured.yml',
    ],
  )
  const inventory = [join(folder, 'inventory')]
  const site = planRun({ playbook: 'site' }, knownRoles(), { inventory })
  const { ofSteps } = await loadUserRoles(site)
  const { cluster, steps } = site.jobs[0]!
  const nginx = steps.find(({ role }) => role === 'nginx')!
  t.deepEqual(
    ofSteps
      .get(nginx)!
      .tasks({ cluster, node: cluster.nodes[0]! })
      .map(({ name }) => name),
    [
      'install nginx',
      'write /var/www/html/index.html',
      'write /etc/nginx/nginx.conf',
      'nginx is disabled and with its files loaded in systemd',
    ],
  )
  const motd = planRun({ roles: ['motd'] }, knownRoles(), { inventory })
  t.is((await loadUserRoles(motd)).ofSteps.size, 1)
})

test('docs/roles.md: its case is one of its role', async t => {
  const each = readCase(join(folder, 'roles/nginx/test/configured.yml'))
  const actual = await resultOfCase({ role: 'nginx', file: join(folder, 'roles/nginx/index.ts') }, each)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as `ha-run test` compares it
  t.deepEqual(caseDifference(each.result as CaseResult, actual), [])
})
