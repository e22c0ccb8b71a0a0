import type { NodeScope } from './scope.js'
import { task, type NodeTask, type TaskRef } from './task.js'
import { packageState } from '../facts/packages.js'
import { atExit } from '../ssh/at-exit.js'
import { sh } from '../ssh/quote.js'
import { followApt } from './apt-progress.js'

/** Enough to download and unpack on a slow machine. */
const installTimeout = '30m'

const lists = '/var/lib/apt/lists'

/** How long to wait for the lock of another apt, such as unattended-upgrades. */
export const lockTimeoutSeconds = 300

/**
 * Installs packages with their units masked, so that no maintainer script starts a daemon before it is configured. The mask
 * is a runtime one, and is removed in every case.
 *
 * apt-get update does not wait for the lock of the package lists (`DPkg::Lock::Timeout` applies to installing), so it is
 * repeated while another process has that lock. Lists that are younger than ten minutes, and newer than apt's configuration, are
 * used as they are: a run installs several times. If the installation then fails (the lists were deleted, or an update has half
 * failed), they are updated.
 *
 * stdout is for `followApt`.
 */
export function installScript(packages: readonly string[], units: readonly string[]): string {
  const apt = sh`apt-get -q -y -o DPkg::Lock::Timeout=${lockTimeoutSeconds} -o Dpkg::Options::=--force-confold -o APT::Status-Fd=1`
  return [
    ...(units.length === 0
      ? []
      : [atExit(sh`systemctl -q unmask --runtime ${units}`), sh`systemctl -q mask --runtime ${units}`]),
    `install() { ${apt} install --no-install-recommends ` + sh`-- ${packages}` + '; }',
    `tries=${lockTimeoutSeconds}`,
    'exec 3>&1',
    // An earlier dpkg was interrupted: apt would only report that. It may also be running; then apt waits for it.
    '[ -z "$(ls /var/lib/dpkg/updates)" ] || dpkg --force-confold --configure -a >&2 || :',
    `[ "$(find ${lists} -maxdepth 0 -mmin -10; find /etc/apt -newer ${lists})" = ${lists} ] && install && exit`,
    'until out=$(apt-get -q -o APT::Status-Fd=3 update 2>&1); do',
    '  case $out in *"Could not get lock"*) printf "%s\\n" "Could not get lock${out#*Could not get lock}" ;; *) printf "%s\\n" "$out" >&2; break ;; esac',
    '  tries=$((tries - 1)); [ $tries -gt 0 ] || { printf "%s\\n" "$out" >&2; exit 100; }; sleep 1',
    'done',
    'install',
  ].join('\n')
}

export interface PackagesOptions {
  /** Units that the maintainer scripts would start. */
  units?: readonly string[]
  /** No task needs them: they are for people. */
  late?: boolean
  needs?: readonly TaskRef[]
}

/** Debian packages, installed without starting their daemons. The task is named after the first package. */
export function packages(names: readonly string[], options?: PackagesOptions): NodeTask {
  return packagesBy(`install ${names[0]}`, async () => names, options)
}

/** The same for packages whose names depend on the node. */
export function packagesBy(
  title: string,
  namesOf: (scope: NodeScope) => Promise<readonly string[]>,
  { units = [], late = false, needs }: PackagesOptions = {},
): NodeTask {
  return task(title, {
    // What needs an earlier task, such as a list of apt, waits for its turn.
    ...(needs ? { needs } : { background: true }),
    late,
    async check(scope) {
      const names = await namesOf(scope)
      const states = await Promise.all(names.map(name => scope.read(packageState(name))))
      return names.flatMap((name, at) =>
        states[at]?.version === undefined ? [{ subject: `package ${name}`, from: undefined, to: 'installed' }] : [],
      )
    },
    async apply({ $, progress }, differences) {
      const missing = differences.map(({ subject }) => subject.replace('package ', ''))
      await $({ timeout: installTimeout, onLine: followApt(progress) }).script(installScript(missing, units))
    },
  })
}
