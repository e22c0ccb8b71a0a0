import { ConnectError } from '../errors.js'

/** What ssh or sudo say on stderr, what it means, and what to do; the first that matches counts. */
const known: { pattern: RegExp; says: string; hint: string }[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    says: 'the host key is not the one that known_hosts has',
    hint: 'if the machine was set up anew, remove the old key with `ssh-keygen -R` and accept the new one; if not, find out who answers at that address',
  },
  {
    pattern: /Host key verification failed|No .* host key is known/,
    says: 'the host key is not known',
    hint: 'compare the fingerprint on the node, then log in once by ssh and accept it (or set `StrictHostKeyChecking accept-new` in your ssh configuration)',
  },
  {
    pattern: /Too many authentication failures/,
    says: 'the login was refused after too many keys',
    hint: 'your agent offers more keys than sshd listens to: name the right one (`ansible_ssh_private_key_file`, with `IdentitiesOnly yes` in your ssh configuration)',
  },
  {
    pattern: /Permission denied \(/,
    says: 'the login was refused',
    hint: 'check `ansible_user` and `ansible_ssh_private_key_file`; `ssh-copy-id` installs your key; ha-run logs in by key or agent, never by password',
  },
  {
    pattern: /Could not resolve hostname/,
    says: 'the name cannot be resolved',
    hint: 'check `ansible_host` in the inventory, or a Host entry in your ssh configuration',
  },
  {
    pattern: /Connection refused/,
    says: 'the connection was refused',
    hint: 'is sshd running there, and on that port?',
  },
  {
    pattern: /timed out|No route to host|Network is unreachable/i,
    says: 'no answer',
    hint: 'is the machine on, and is its address the one in the inventory?',
  },
  {
    pattern: /Timeout, server .* not responding/,
    says: 'the connection was lost: the node stopped answering',
    hint: 'is the machine on? a rerun goes on where this one stopped',
  },
  {
    pattern: /must have a tty to run sudo/,
    says: 'sudo wants a terminal',
    hint: 'remove `requiretty` for this user from the sudoers file',
  },
  {
    pattern: /is not in the sudoers file|not allowed to execute/,
    says: 'this user may not use sudo',
    hint: 'log in as root (`ansible_user: root`), or allow the user in the sudoers file',
  },
  {
    pattern: /incorrect password attempt|Sorry, try again|no password was provided/,
    says: 'sudo refused the password',
    hint: 'run again with --ask-become-pass and type the password of that user',
  },
  {
    pattern: /sudo: not installed/,
    says: 'sudo is not installed, and the login is not root',
    hint: 'log in as root (`ansible_user: root`), or install sudo',
  },
]

/**
 * Why a session did not come about or was lost, from what ssh said.
 *
 * @param name - the node's inventory name.
 * @param stderr - all that ssh, the login shell and sudo wrote there.
 */
export function diagnose(name: string, stderr: string, fallback: string): ConnectError {
  const output = lastLines(stderr)
  const match = known.find(({ pattern }) => pattern.test(stderr))
  if (!match) return new ConnectError(`${name}: ${fallback}`, { output })
  return new ConnectError(`${name}: ${match.says}`, { hint: match.hint, output })
}

/** ssh may be throttled by sshd (MaxStartups 10:30:100): worth another try. */
export function isThrottled(stderr: string): boolean {
  return /kex_exchange_identification|Connection (reset|closed) by/.test(stderr)
}

/** The last lines of an output, for an error: 20 lines, empty ones at the end dropped. */
export function lastLines(output: string): string {
  return output.trimEnd().split('\n').slice(-20).join('\n').trim()
}
