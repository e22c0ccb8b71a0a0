import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dropInText } from '../../roles/corosync/restart.js'
import type { Lab } from '../../runner/lab/index.js'
import { runLocally } from '../../runner/lab/process.js'
import { measure, type Measured } from './measure.js'

/** Ansible, with a playbook that does what `ha-run site` does. */
const folder = fileURLToPath(new URL('../../../test/bench/ansible/', import.meta.url))

/** What a run changed, from its recap. @throws Error where a host failed, or there is no recap. */
export function changesIn(stdout: string): number {
  const rows = [...stdout.matchAll(/^\S+ +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+) /gm)]
  if (rows.length === 0 || rows.some(([, , unreachable, failed]) => unreachable !== '0' || failed !== '0'))
    throw new Error('Ansible has failed')
  return rows.reduce((sum, [, changed]) => sum + Number(changed), 0)
}

/**
 * Runs the playbook once, from a cold start: its ssh masters are its own, and end after it.
 *
 * @param changed - how many changes it must make; undefined where it is a number that nobody knows beforehand.
 * @throws Error with what it said where the outcome is another one.
 */
export async function runAnsible(
  lab: Lab,
  sshConfig: string,
  { changed, flags = [], signal }: { changed: number | undefined; flags?: string[]; signal: AbortSignal },
): Promise<Measured> {
  // A control socket's path has little room, so it is near the root.
  const scratch = await mkdtemp('/tmp/ha-run-a')
  try {
    const measured = await measure(
      [
        'ansible-playbook',
        '-i',
        lab.inventory,
        '-e',
        JSON.stringify({ scratch, drop_in: dropInText }),
        ...flags,
        join(folder, 'site.yml'),
      ],
      {
        signal,
        env: {
          ANSIBLE_CONFIG: join(folder, 'ansible.cfg'),
          ANSIBLE_SSH_ARGS: `-C -F ${sshConfig} -o ControlMaster=auto -o ControlPersist=60s`,
          ANSIBLE_SSH_CONTROL_PATH_DIR: scratch,
        },
      },
    )
    const made = outcome(measured)
    if (changed === undefined ? made > 0 : made === changed) return measured
    throw new Error(`Ansible made ${made} changes, expected ${changed ?? 'some'}:\n${measured.stdout}`)
  } finally {
    await endMasters(scratch)
    await rm(scratch, { recursive: true, force: true })
  }
}

function outcome({ exitCode, stdout, stderr }: Measured): number {
  try {
    if (exitCode === 0) return changesIn(stdout)
  } catch {
    // Told below, with all that it said.
  }
  throw new Error(`Ansible ended with ${exitCode}:\n${stdout}${stderr}`)
}

async function endMasters(directory: string): Promise<void> {
  const sockets = (await readdir(directory, { withFileTypes: true })).filter(entry => entry.isSocket())
  await Promise.all(
    sockets.map(({ name }) =>
      runLocally(['ssh', '-O', 'exit', '-o', `ControlPath=${join(directory, name)}`, 'any'], {
        timeoutSeconds: 10,
        nothrow: true,
      }),
    ),
  )
}
