import { join } from 'node:path'
import { sha256 } from '../hash.js'
import type { Connection } from '../inventory/site.js'

/** How ssh reaches a host, perhaps at another address than its configuration has. */
export interface Destination extends Connection {
  override?: { address: string; hostKeyAlias: string } | undefined
}

/** Settings that all ssh commands of a run share. */
export interface SshSettings {
  /** `-F`: ssh's configuration file; without, ssh's own default. */
  configFile?: string | undefined
  /** Directory of the control sockets, mode 0700, this run's own. */
  controlDirectory: string
}

/** A name may be longer than a socket's path can be, so its hash is used. */
function controlPath(host: string, settings: SshSettings): string {
  return join(settings.controlDirectory, sha256(host).slice(0, 16))
}

/**
 * The arguments of every ssh command for a host; ssh never asks a question on the terminal. With an override, the host keeps
 * its name on the command line, so that the user's configuration for it still applies (jump hosts, keys, `%h`), and it
 * must show the key that known_hosts has for it.
 */
function destination(
  { host, port, user, keyFile, override, args = [] }: Destination,
  { configFile }: SshSettings,
): string[] {
  return [
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(keyFile === undefined ? [] : ['-i', keyFile]),
    ...(override === undefined
      ? []
      : ['-o', `HostName=${override.address}`, '-o', `HostKeyAlias=${override.hostKeyAlias}`]),
    '-o',
    'BatchMode=yes',
    ...args,
    '-T',
    '--',
    host,
  ]
}

/**
 * The name under which known_hosts has a host's key, from `ssh -G`: the address with its port, unless the port is 22
 * (put_host_port in OpenSSH's misc.c), or the alias.
 */
export function hostKeyName(configuration: string): string {
  const value = (option: string) => new RegExp(`^${option} (.+)$`, 'm').exec(configuration)?.[1]
  const [name = '', port = '22'] = [value('hostname'), value('port')]
  return value('hostkeyalias') ?? (port === '22' ? name : `[${name}]:${port}`)
}

/**
 * The master connection, whose command is the session. Keep-alives end it about 15 s after its node has died; without them
 * a run would hang until TCP gives up.
 */
export function masterArgs(name: string, connection: Destination, settings: SshSettings, command: string): string[] {
  return [
    'ssh',
    '-M',
    '-S',
    controlPath(name, settings),
    '-o',
    'ControlPersist=no',
    '-o',
    'ConnectTimeout=10',
    '-o',
    'ServerAliveInterval=5',
    '-o',
    'ServerAliveCountMax=3',
    // Of an option that is given twice, ssh takes the first.
    ...(connection.password === undefined ? [] : ['-o', 'BatchMode=no', '-o', 'NumberOfPasswordPrompts=1']),
    ...destination(connection, settings),
    command,
  ]
}

/** With `ProxyCommand=false` a dead master is an error at once; ssh would otherwise open a connection of its own without notice. */
function overMaster(name: string, settings: SshSettings): string[] {
  return ['ssh', '-S', controlPath(name, settings), '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false']
}

/** One more channel of the master. */
export function channelArgs(name: string, connection: Destination, settings: SshSettings, command: string): string[] {
  return [...overMaster(name, settings), ...destination(connection, settings), command]
}

/** A TCP connection from the node to an address (`ssh -W`) over the master. */
export function forwardArgs(name: string, connection: Destination, settings: SshSettings, to: string): string[] {
  return [...overMaster(name, settings), '-W', to, ...destination(connection, settings)]
}

/** Makes the master listen on a socket file and forward each connection to an address, from the node. */
export function listenArgs(
  name: string,
  connection: Destination,
  settings: SshSettings,
  socket: string,
  to: string,
): string[] {
  return [
    'ssh',
    '-S',
    controlPath(name, settings),
    '-O',
    'forward',
    '-L',
    `${socket}:${to}`,
    ...destination(connection, settings),
  ]
}

/** Prints ssh's configuration for a host; nothing is connected to. */
export function configurationArgs(connection: Destination, settings: SshSettings): string[] {
  return ['ssh', '-G', ...destination(connection, settings)]
}

/** Reads the host's key into a separate file, through the same jump hosts, by a login that cannot succeed. */
export function hostKeyArgs(connection: Destination, settings: SshSettings, knownHosts: string): string[] {
  return [
    'ssh',
    '-S',
    'none',
    '-o',
    'ConnectTimeout=10',
    '-o',
    'StrictHostKeyChecking=accept-new',
    '-o',
    `UserKnownHostsFile=${knownHosts}`,
    '-o',
    'GlobalKnownHostsFile=none',
    '-o',
    'PreferredAuthentications=none',
    '-o',
    'LogLevel=ERROR',
    ...destination(connection, settings),
    'true',
  ]
}
