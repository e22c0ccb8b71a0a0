import { ConnectError, lastLines } from '../errors.js'

interface KnownFailure {
  /** Of stderr. */
  pattern: RegExp
  message: string
  hint: string
}

/** The failures of ssh itself; the first pattern that matches counts. */
const sshFailures: KnownFailure[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    message: 'the host key differs from the one in known_hosts',
    hint: 'if the machine was reinstalled, remove the old key with `ssh-keygen -R` and accept the new one; if not, find out which machine answers at that address',
  },
  {
    pattern: /Host key verification failed|No .* host key is known/,
    message: 'the host key is not known',
    hint: 'compare the fingerprint on the node, then log in once by ssh and accept it (or set `StrictHostKeyChecking accept-new` in your ssh configuration)',
  },
  {
    pattern: /Too many authentication failures/,
    message: 'the login was refused after too many keys',
    hint: 'your agent offers more keys than sshd allows attempts: set the right one (`ansible_ssh_private_key_file`, with `IdentitiesOnly yes` in your ssh configuration)',
  },
  {
    pattern: /Permission denied \(/,
    message: 'the login was refused',
    hint: 'check `ansible_user` and `ansible_ssh_private_key_file`; `ssh-copy-id` installs your key; a password is used only if `ansible_password` has it',
  },
  {
    pattern: /Could not resolve hostname/,
    message: 'the name cannot be resolved',
    hint: 'check `ansible_host` in the inventory, or a Host entry in your ssh configuration',
  },
  {
    pattern: /Connection refused/,
    message: 'the connection was refused',
    hint: 'is sshd running there, on that port?',
  },
  {
    pattern: /timed out|No route to host|Network is unreachable/i,
    message: 'no answer',
    hint: 'is the machine on, and is its address the one in the inventory?',
  },
  {
    pattern: /Timeout, server .* not responding/,
    message: 'the connection was lost: the node stopped answering',
    hint: 'is the machine on? Run again to continue where this run stopped',
  },
]

/** The failures of sudo, after the login. */
const sudoFailures: KnownFailure[] = [
  {
    pattern: /must have a tty to run sudo/,
    message: 'sudo requires a terminal',
    hint: 'remove `requiretty` for this user from the sudoers file',
  },
  {
    pattern: /is not in the sudoers file|not allowed to execute/,
    message: 'this user may not use sudo',
    hint: 'log in as root (`ansible_user: root`), or allow the user in the sudoers file',
  },
  {
    pattern: /incorrect password attempt|Sorry, try again|no password was provided/,
    message: 'sudo refused the password',
    hint: 'run again with --ask-become-pass and enter the password of that user, or correct `ansible_become_password`',
  },
  {
    pattern: /sudo: not installed/,
    message: 'sudo is not installed, and the login is not root',
    hint: 'log in as root (`ansible_user: root`), or install sudo',
  },
]

/**
 * The error for a connection that failed or was lost.
 *
 * @param name - the node's inventory name.
 * @param stderr - of ssh, the login shell and sudo.
 * @param fallback - the message if stderr matches nothing known.
 */
export function diagnose(name: string, stderr: string, fallback: string): ConnectError {
  const output = lastLines(stderr)
  const match = [...sshFailures, ...sudoFailures].find(({ pattern }) => pattern.test(stderr))
  if (!match) return new ConnectError(`${name}: ${fallback}`, { output })
  return new ConnectError(`${name}: ${match.message}`, { hint: match.hint, output })
}

/** True if ssh itself failed, so that the user's ssh configuration may be the cause. */
export function isSshFailure(stderr: string): boolean {
  return sshFailures.some(({ pattern }) => pattern.test(stderr))
}

export function isUnknownHostKey(stderr: string): boolean {
  return stderr.includes('Host key verification failed') && !stderr.includes('IDENTIFICATION HAS CHANGED')
}

/** True if sshd may have dropped the connection to limit logins (MaxStartups 10:30:100): worth another attempt. */
export function isThrottled(stderr: string): boolean {
  return /kex_exchange_identification|Connection (reset|closed) by/.test(stderr)
}
