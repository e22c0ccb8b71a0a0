import { ConnectError, lastLines } from '../errors.js'

export interface Diagnosis {
  message: string
  hint?: string
}

interface KnownFailure extends Diagnosis {
  /** Of what was printed. */
  pattern: RegExp
}

/** How an ssh process has ended. */
export interface Ending {
  stderr: string
  /** What the node printed on stdout before the shell was ready. */
  stdout?: string | undefined
  /** Of ssh: 255 is its own, any other is that of the login shell or of ha-run's shell. */
  exitCode?: number | null | undefined
  /** The signal that ended ssh on this machine. */
  signal?: string | null | undefined
  /** The shell was ready before: the connection worked. */
  wasReady?: boolean | undefined
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
    pattern: /UNPROTECTED PRIVATE KEY FILE/,
    message: 'ssh does not use the key, since others can read its file',
    hint: 'take the permissions of others away: `chmod 600` on the key file',
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
  {
    pattern: /Unable to negotiate with/,
    message: 'ssh and sshd have no algorithm in common',
    hint: 'update OpenSSH on the older of the two machines',
  },
  {
    pattern: /Bad configuration option|Bad owner or permissions on/,
    message: 'ssh cannot read its configuration',
    hint: 'correct the file that ssh names',
  },
  {
    pattern: /kex_exchange_identification|banner exchange/,
    message: 'the connection was closed before the login',
    hint: 'does sshd listen on that port? If so, it limits logins (MaxStartups), or a ban such as that of fail2ban is active',
  },
]

/** What the login prints if ssh gets in and the account or the shell lets nobody work. */
const loginFailures: KnownFailure[] = [
  {
    pattern: /This account is currently not available/,
    message: 'the login shell is nologin',
    hint: 'log in as another user (`ansible_user`), or give the user a shell: `chsh -s /bin/sh USER` on the node',
  },
  {
    pattern: /allows sftp connections only/,
    message: 'sshd allows this user only sftp',
    hint: 'log in as another user (`ansible_user`), or exempt the user from `ForceCommand internal-sftp` in sshd_config',
  },
  {
    pattern: /password has expired|account has expired|required to change your password/i,
    message: 'the password or the account of the user has expired',
    hint: 'log in by hand and set a new password, or renew the account: `chage -E -1 -M -1 USER` on the node',
  },
  {
    pattern: /System is (booting up|going down)|pam_nologin/,
    message: 'the node is starting or shutting down, and lets nobody in',
    hint: 'wait until it has started, then run again',
  },
]

/** The messages of ssh about a connection that worked and has ended. */
const endedConnections: KnownFailure[] = [
  {
    pattern: /Connection to .* closed by remote host/,
    message: 'the connection was lost: sshd has closed it',
    hint: 'was the node shut down, or its sshd stopped? Run again to continue where this run stopped',
  },
  {
    pattern:
      /Received disconnect|Disconnected from|Read from remote host|Connection (reset|closed)|client_loop: send disconnect|packet_write_|ssh_dispatch/,
    message: 'the connection was lost',
    hint: 'is the machine on, or does something between close connections? Run again to continue where this run stopped',
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
 * @param ending - with stderr of ssh, the login shell and sudo.
 * @param ownReason - why ha-run itself has ended ssh: the error, unless ssh or the node printed one.
 */
export function diagnose(name: string, ending: Ending, ownReason?: Diagnosis): ConnectError {
  const { stderr } = ending
  const stdout = (ending.stdout ?? '').replaceAll(/^ha-run: .*\n/gm, '')
  const printed = `${stdout}\n${stderr}`
  const match =
    [...sshFailures, ...sudoFailures].find(({ pattern }) => pattern.test(stderr)) ??
    loginFailures.find(({ pattern }) => !ending.wasReady && pattern.test(printed)) ??
    endedConnections.find(({ pattern }) => pattern.test(stderr)) ??
    ownReason ??
    unknownEnding(ending)
  return new ConnectError(`${name}: ${match.message}`, {
    ...(match.hint !== undefined && { hint: match.hint }),
    output: lastLines(printed),
  })
}

/** An end without a known message: what the exit code says about it. */
function unknownEnding({ exitCode, signal, wasReady }: Ending): Diagnosis {
  if (signal) {
    return {
      message: `the connection was lost: ${signal} has ended ssh on this machine`,
      hint: 'was it killed here, for lack of memory for instance? Run again to continue where this run stopped',
    }
  }
  if (exitCode === undefined || exitCode === null || exitCode === 255) {
    return {
      message: 'the connection was lost',
      hint: wasReady
        ? 'is the machine on, and does its journal show why sshd or the shell has ended (out of memory)? Run again to continue where this run stopped'
        : 'log in by hand (`ssh -v`) to see why; the journal of sshd on the node has its side',
    }
  }
  if (wasReady) {
    return {
      message: `the connection was lost: the shell on the node has ended with exit code ${exitCode}`,
      hint: 'the journal of the node may show who has ended it. Run again to continue where this run stopped',
    }
  }
  if (exitCode === 0) {
    return {
      message: 'the login runs another command than that of ha-run',
      hint: 'sshd forces one (`command=` in authorized_keys, `ForceCommand` in sshd_config), or a file of the login shell such as ~/.bashrc ends it with `exit`',
    }
  }
  if (exitCode === 127) {
    return {
      message: 'the login shell does not find a command',
      hint: 'the shell must be a POSIX shell with `env` and `sh` in its PATH: log in as another user (`ansible_user`), or change the shell with `chsh`',
    }
  }
  return {
    message: `the login has ended with exit code ${exitCode}, before there was a shell`,
    hint: 'the user may have no shell to work with (/bin/false), or a forced command refuses: log in as another user (`ansible_user`), or give the user a shell (`chsh -s /bin/sh USER` on the node)',
  }
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
