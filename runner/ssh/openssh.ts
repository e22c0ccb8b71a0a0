import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Connection } from '../inventory/site.js'

/** How ssh reaches a host that is at another address than its configuration says. */
export interface Destination extends Connection {
  elsewhere?: { address: string; hostKeyAlias: string } | undefined
}

/** Settings of one run that every ssh of it shares. */
export interface SshSettings {
  /** `-F`: ssh's own configuration file; ssh's default without. */
  configFile?: string | undefined
  /** Directory of the control sockets, mode 0700, this run's own. */
  controlDirectory: string
}

/**
 * Makes the directory for a run's control sockets, for nobody but us. A socket's path may have 104 bytes and ssh
 * adds a random suffix while it makes one, so the directory is near the root.
 */
export function makeControlDirectory(): string {
  return mkdtempSync('/tmp/ha-run-')
}

export function removeControlDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
}

/** A name may be longer than a socket's path can be, so its hash stands for it. */
function controlPath(host: string, settings: SshSettings): string {
  return join(settings.controlDirectory, createHash('sha256').update(host).digest('hex').slice(0, 16))
}

/**
 * What all our ssh calls for a host have in common: whom to reach, and never a question on the terminal. Elsewhere, the
 * host keeps its name on the command line, so that all that the user's configuration says of it goes on to hold (jump
 * hosts, keys, `%h`), and must show the key that known_hosts has for it.
 */
function destination({ host, port, user, keyFile, elsewhere }: Destination, { configFile }: SshSettings): string[] {
  return [
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(keyFile === undefined ? [] : ['-i', keyFile]),
    ...(elsewhere === undefined ? [] : ['-o', `HostName=${elsewhere.address}`, '-o', `HostKeyAlias=${elsewhere.hostKeyAlias}`]),
    '-o', 'BatchMode=yes',
    '-T', '--', host,
  ]
}

/**
 * The name under which known_hosts has a host's key, from `ssh -G`: the address with its port, unless that is ssh's own
 * (put_host_port in OpenSSH's misc.c); an alias stands as it is.
 */
export function hostKeyName(configuration: string): string {
  const value = (key: string) => new RegExp(`^${key} (.+)$`, 'm').exec(configuration)?.[1]
  const [name = '', port = '22'] = [value('hostname'), value('port')]
  return value('hostkeyalias') ?? (port === '22' ? name : `[${name}]:${port}`)
}

/**
 * The master that is the session too. Keep-alives end it about 15 s after its node has died; without them a run
 * would hang for as long as TCP does.
 */
export function masterArgs(name: string, connection: Destination, settings: SshSettings, command: string): string[] {
  return [
    'ssh', '-M', '-S', controlPath(name, settings),
    '-o', 'ControlPersist=no', '-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=3',
    ...destination(connection, settings), command,
  ]
}

/**
 * One more channel of the master. With `ProxyCommand=false` a dead master fails at once, where ssh would quietly
 * open a connection of its own.
 */
export function channelArgs(name: string, connection: Destination, settings: SshSettings, command: string): string[] {
  return [
    'ssh', '-S', controlPath(name, settings), '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false',
    ...destination(connection, settings), command,
  ]
}

/** A TCP connection from the node to an address (`ssh -W`) over the master. */
export function forwardWords(name: string, connection: Destination, settings: SshSettings, to: string): string[] {
  return [
    'ssh', '-S', controlPath(name, settings), '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false', '-W', to,
    ...destination(connection, settings),
  ]
}

/** Has the master listen on a socket file and hand each connection on to an address, from the node. */
export function listenWords(name: string, connection: Destination, settings: SshSettings, socket: string, to: string): string[] {
  return ['ssh', '-S', controlPath(name, settings), '-O', 'forward', '-L', `${socket}:${to}`, ...destination(connection, settings)]
}

/** Asks ssh what its configuration says about a host; nothing is connected to. */
export function configurationWords(connection: Destination, settings: SshSettings): string[] {
  return ['ssh', '-G', ...destination(connection, settings)]
}

/** Reads the host's key into a file of ours, by a login that cannot succeed: through the same jump hosts. */
export function hostKeyWords(connection: Destination, settings: SshSettings, knownHosts: string): string[] {
  return [
    'ssh', '-S', 'none', '-o', 'ConnectTimeout=10', '-o', 'StrictHostKeyChecking=accept-new',
    '-o', `UserKnownHostsFile=${knownHosts}`, '-o', 'GlobalKnownHostsFile=none', '-o', 'PreferredAuthentications=none',
    '-o', 'LogLevel=ERROR', ...destination(connection, settings), 'true',
  ]
}
