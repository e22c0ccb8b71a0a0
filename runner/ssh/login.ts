import { quote } from './quote.js'

/**
 * ssh starts a POSIX sh on the node that is root and has an environment of its own: neither the login shell's files nor
 * the client's variables change it. Before, it prints one of these lines.
 */
export const passwordRequest = 'ha-run: sudo requires a password'
export const shellReady = 'ha-run: ready'

const shell = [
  'env', '-i', 'HOME=/root', 'USER=root', 'LC_ALL=C', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'DEBIAN_FRONTEND=noninteractive',
  '/bin/sh', '-c', `umask 022; echo '${shellReady}'; exec /bin/sh`,
].map(quote).join(' ')

/**
 * @param become - false: work as the login user. Otherwise sudo is used unless the login is root.
 * @param hasPassword - a password follows on stdin if it is requested. It must come alone: after a wrong one sudo would read
 *   the next lines as further attempts.
 */
export function loginCommand(become: boolean | undefined, hasPassword: boolean): string {
  if (become === false) return `exec ${shell}`
  const withPassword = hasPassword ? `exec sudo -S -p '' ${shell}` : 'exit 1'
  const script = `if [ "$(id -u)" = 0 ]; then exec ${shell}; fi
if ! command -v sudo >/dev/null; then echo 'sudo: not installed' >&2; exit 1; fi
if sudo -n true 2>/dev/null; then exec sudo -n ${shell}; fi
echo '${passwordRequest}'
${withPassword}`
  return `exec env LC_ALL=C /bin/sh -c ${quote(script)}`
}
