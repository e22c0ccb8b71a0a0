import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Root on a host that is only an sshd of this machine gets an empty home: what this machine's root has in his shell's start-up
 * files takes time at every login, and some of it waits for a lock that a killed login leaves behind.
 *
 * @param folder - gets the home and a copy of /etc/passwd that names it.
 * @param more - further lines of passwd.
 * @returns a command for sh that puts the copy in the place of /etc/passwd, for a mount namespace of the server's own.
 */
export function bareAccount(folder: string, more = ''): string {
  const home = join(folder, 'home')
  mkdirSync(home, { mode: 0o700 })
  const passwd = readFileSync('/etc/passwd', 'utf8').replace(/^(root:.*):[^:]*:([^:]*)$/m, `$1:${home}:$2`)
  writeFileSync(join(folder, 'passwd'), passwd + more)
  return `mount --bind ${join(folder, 'passwd')} /etc/passwd`
}
