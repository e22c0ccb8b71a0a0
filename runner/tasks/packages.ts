import { task, type NodeTask } from './task.js'
import { packageVersion } from '../facts/packages.js'
import { atExit } from '../ssh/at-exit.js'
import { sh } from '../ssh/quote.js'
import { followApt } from './apt-progress.js'

/** For a download and an unpacking on a slow machine. */
const installTimeout = '30m'

const lists = '/var/lib/apt/lists'

/** Seconds to wait for another apt (unattended-upgrades, say) to let go of its lock. */
export const lockTimeout = 300

/**
 * Installs packages with their units masked, so that no maintainer script starts a daemon before it is configured. The mask
 * is a runtime one, and is removed in every case.
 *
 * apt-get update does not wait for the lists' lock by itself (`DPkg::Lock::Timeout` is for installing), so it is
 * tried again while somebody holds that lock. Lists that have changed within ten minutes, and since apt's configuration
 * has, may do: a run installs several times. Where they do not (they were wiped, or an update has half failed), they are
 * updated after all.
 *
 * stdout says how far it is, for `followApt`.
 */
export function installScript(packages: readonly string[], units: readonly string[]): string {
  const apt = sh`apt-get -q -y -o DPkg::Lock::Timeout=${lockTimeout} -o Dpkg::Options::=--force-confold -o APT::Status-Fd=1`
  return [
    ...(units.length === 0 ? [] : [
      atExit(sh`systemctl -q unmask --runtime ${units}`),
      sh`systemctl -q mask --runtime ${units}`,
    ]),
    `install() { ${apt} install --no-install-recommends ` + sh`-- ${packages}` + '; }',
    `tries=${lockTimeout}`,
    'exec 3>&1',
    // Somebody pulled the plug on an earlier dpkg: apt would only say so. It may also be at work; then apt waits for it.
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
  /** The units that their maintainer scripts would start. */
  units?: readonly string[]
  /** Nothing of the run needs them: they are for people. */
  late?: boolean
}

/** Debian packages, installed without starting anything; the task bears the first one's name. */
export function packages(names: readonly string[], { units = [], late = false }: PackagesOptions = {}): NodeTask {
  return task(`install ${names[0]}`, {
    background: true,
    late,
    async check({ read }) {
      const versions = await Promise.all(names.map(name => read(packageVersion(name))))
      return names.flatMap((name, at) =>
        versions[at] === undefined ? [{ subject: `package ${name}`, from: undefined, to: 'installed' }] : [])
    },
    async apply({ $, progress }, differences) {
      const missing = differences.map(({ subject }) => subject.replace('package ', ''))
      await $({ timeout: installTimeout, onLine: followApt(progress) }).script(installScript(missing, units))
    },
  })
}
