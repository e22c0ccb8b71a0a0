import { quote } from './quote.js'

/**
 * What ssh starts on the node: a POSIX sh that is root, with an environment of its own, so that neither the login
 * shell's files nor the client's variables have a say.
 */
export const passwordWanted = 'ha-run: sudo wants a password'
export const shellReady = 'ha-run: ready'

const shell = [
  'env', '-i', 'HOME=/root', 'USER=root', 'LC_ALL=C', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'DEBIAN_FRONTEND=noninteractive',
  '/bin/sh', '-c', `umask 022; echo '${shellReady}'; exec /bin/sh`,
].map(quote).join(' ')

/**
 * @param become - false: work as the login user; else sudo where the login is not root.
 * @param hasPassword - whether a password can follow on stdin when sudo wants one (alone, after it was asked for: a
 *   wrong one makes sudo read the next lines as further tries).
 */
export function loginCommand(become: boolean | undefined, hasPassword: boolean): string {
  if (become === false) return `exec ${shell}`
  const withPassword = hasPassword ? `exec sudo -S -p '' ${shell}` : 'exit 1'
  const script = `if [ "$(id -u)" = 0 ]; then exec ${shell}; fi
if ! command -v sudo >/dev/null; then echo 'sudo: not installed' >&2; exit 1; fi
if sudo -n true 2>/dev/null; then exec sudo -n ${shell}; fi
echo '${passwordWanted}'
${withPassword}`
  return `exec env LC_ALL=C /bin/sh -c ${quote(script)}`
}
