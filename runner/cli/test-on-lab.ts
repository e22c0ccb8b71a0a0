import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { exitCodes, UsageError } from '../errors.js'
import { down, up } from '../lab/index.js'
import type { FoundRole } from '../user-roles/loader.js'
import type { RunFlags } from './flags.js'
import { knownRoles } from './load-roles.js'
import { shipped, type RunTarget } from './plan-run.js'
import { runCommand } from './run-command.js'

/**
 * Tests a role on a lab of its own, which is taken down again: on a cluster that ha-run has built, the plan must work, the role must
 * converge, and then there must be nothing left to do. `lab.yml` beside the role adds to the lab's inventory. A role with the name of
 * one of ha-run stands in its place, on the cluster that ha-run's own has built.
 *
 * @param yes - installs what this machine lacks for a lab.
 * @returns the exit code of the first run that has another result.
 */
export async function testOnLab({ role }: FoundRole, folder: string, yes: boolean): Promise<number> {
  if (resolve('roles', role) !== resolve(folder))
    throw new UsageError(`${folder} is not in roles/ of this directory`, {
      hint: 'With --lab, the project is the current directory: change to the directory that has roles/.',
    })
  const name = `test-${role.toLowerCase().replaceAll('_', '-')}`.slice(0, 20)
  const report = (line: string) => process.stderr.write(`${line}\n`)
  const lab = await up({ name, count: 2, yes, report })
  try {
    const own = join(folder, 'lab.yml')
    const flags: RunFlags = {
      inventory: [lab.inventory, ...(existsSync(own) ? [own] : [])],
      sshConfig: lab.sshConfig,
      forks: 20,
      stable: 0,
      color: process.stdout.isTTY,
    }
    const run = async (what: string, target: RunTarget, more: Partial<RunFlags>, accepted: number[]) => {
      report(`\n${what}`)
      const exit = await runCommand({ ...target, followsOtherWork: true }, { ...flags, ...more }, [
        'test',
        folder,
        '--lab',
      ])
      return accepted.includes(exit) ? exitCodes.ok : exit
    }
    // A role runs in the place of one of ha-run where a playbook says so, and nowhere else.
    const alone = join(lab.dir, 'role.yml')
    writeFileSync(alone, `[{ name: ${role}, hosts: all, roles: [{ role: ${role}, replace: true }] }]\n`)
    const target = knownRoles().includes(role) ? { playbookFile: alone } : { roles: [role] }
    // The roles of the project are those beside the current directory's inventory: the cluster is built without them.
    const project = { lab: name }
    const { ok, drift } = exitCodes
    return (
      (await run('building the cluster', { playbookFile: shipped('site') }, { quiet: true }, [ok])) ||
      (await run(`the plan of ${role}`, target, { ...project, check: true, diff: true }, [ok, drift])) ||
      (await run(`applying ${role}`, target, project, [ok])) ||
      (await run(`${role} again: nothing is left to do`, target, { ...project, check: true, diff: true }, [ok])) ||
      (await run('the cluster', { roles: ['verify'] }, { quiet: true }, [ok]))
    )
  } finally {
    await down({ name, report })
  }
}
