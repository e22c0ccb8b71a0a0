import type { Alert, Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import { readOnAll } from '../../runner/cluster/members.js'
import { clusterGuard } from '../../runner/cluster/role.js'
import { TaskError } from '../../runner/errors.js'
import type { Fact, Family } from '../../runner/facts/fact.js'
import { sh } from '../../runner/ssh/quote.js'
import type { ClusterGuard, TaskRef } from '../../runner/tasks/index.js'

/** Why Pacemaker cannot run a file; undefined if it can. */
type ScriptProblem = 'missing' | 'not executable' | 'not executable for hacluster'

/** Pacemaker runs the scripts of alerts as the user hacluster. */
export function scriptProblem(path: string): Fact<ScriptProblem | undefined> {
  return { family: problems, argument: path }
}

const problems: Family<ScriptProblem | undefined> = {
  name: 'scripts of alerts',
  script: paths =>
    sh`for p in ${paths}; do ` +
    'if [ ! -f "$p" ]; then echo missing; elif [ ! -x "$p" ]; then echo not executable; ' +
    'elif ! runuser -u hacluster -- test -x "$p"; then echo not executable for hacluster; else echo; fi; done',
  parse({ stdout }, paths) {
    const lines = stdout.split('\n')
    return paths.map((_, at) => (lines[at] ? (lines[at] as ScriptProblem) : undefined))
  },
}

/**
 * Before the CIB changes: Pacemaker would only log that it cannot run a script, and the alert would never come. No task if no alerts are
 * declared.
 */
export function alertScriptsRun({ alerts }: Cluster, needs: readonly TaskRef[]): ClusterGuard<Node>[] {
  return alerts === undefined ? [] : [guardOf(alerts, needs)]
}

function guardOf(alerts: Alert[], needs: readonly TaskRef[]): ClusterGuard<Node> {
  return clusterGuard('the scripts of the alerts can run', {
    needs,
    tolerant: true,
    async check({ members }) {
      const all = await Promise.all(
        alerts.map(async ({ id, path }) => ({ id, path, found: await readOnAll(members, scriptProblem(path)) })),
      )
      const failures = all.flatMap(({ id, path, found }) =>
        found.flatMap(([{ name }, problem]) =>
          problem === undefined ? [] : [`${path} of the alert ${id} is ${problem} on ${name}`],
        ),
      )
      if (failures.length === 0) return []
      throw new TaskError(failures.join('; '), {
        hint: 'install the script with mode 0755 in a folder that all users can enter, on every node: Pacemaker runs it as the user hacluster',
      })
    },
  })
}
