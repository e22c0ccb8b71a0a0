import { fact, type Fact } from '../facts/fact.js'
import { sh } from '../ssh/quote.js'

/**
 * The daemons of Corosync and Pacemaker, each asked by itself: a unit that is active may have lost one of its daemons, or one may
 * hang (docs/facts.md, Daemons that hang).
 */

export type Service = 'corosync' | 'pacemaker'

/** Each daemon, with the name of the socket at which it takes requests. */
const sockets = {
  corosync: 'cmap',
  pacemakerd: 'pacemakerd',
  'pacemaker-based': 'cib_ro',
  'pacemaker-fenced': 'stonith-ng',
  'pacemaker-execd': 'lrmd',
  'pacemaker-attrd': 'attrd',
  'pacemaker-schedulerd': 'pengine',
  'pacemaker-controld': 'crmd',
} as const

export type Daemon = keyof typeof sockets

export const daemonNames = Object.keys(sockets) as Daemon[]

export function serviceOf(daemon: Daemon): Service {
  return daemon === 'corosync' ? 'corosync' : 'pacemaker'
}

/** A daemon's process, and whether its main loop has answered. */
export interface DaemonProcess {
  pid: number
  /** Seconds since it was started. */
  ageSeconds: number
  /** `unknown`: it has refused, or closed the connection; that is no sign of a daemon that hangs. */
  state: 'answers' | 'silent' | 'stopped' | 'unknown'
}

export type DaemonProcesses = Map<Daemon, DaemonProcess>

/** How long a daemon may take to answer. */
export const answerSeconds = 4

/**
 * Finds the processes by their names, those of containers left out, and sends each the greeting of libqb, which all of them use: its
 * own clients send it first, and the daemon's main loop answers it (lib/ipc_setup.c: `qb_ipc_connection_request`, id -1, size 24).
 * All daemons are asked at once, and a process that a signal has stopped is not asked. 1 is AF_UNIX and SOCK_STREAM, 4 and
 * 2048 are F_SETFL and O_NONBLOCK, 11 is EAGAIN: the queue of waiting clients is full.
 */
const program = String.raw`use strict;
my ($left, %socket) = (shift, map { split /=/ } @ARGV);
my %name = map { (substr($_, 0, 15) => $_) } keys %socket;
my ($own, %found, %answer, %waiting) = (readlink "/proc/self/ns/pid");
open my $uptime, "<", "/proc/uptime" or die "/proc/uptime: $!\n";
my ($now) = split / /, <$uptime>;
opendir my $proc, "/proc" or die "/proc: $!\n";
for my $pid (grep /^\d+$/, readdir $proc) {
  open my $file, "<", "/proc/$pid/stat" or next;
  my ($comm, $rest) = (<$file> // "") =~ /^\d+ \((.*)\) (.*)/s or next;
  next unless exists $name{$comm} and (readlink("/proc/$pid/ns/pid") // "") eq $own;
  my ($state, $start) = (split / /, $rest)[0, 19];
  my $other = $found{$name{$comm}};
  $found{$name{$comm}} = [$pid, $state, $start] unless $state eq "Z" or $other and $other->[2] <= $start;
}
for my $name (keys %found) {
  next if $found{$name}[1] =~ /^[Tt]/;
  socket my $socket, 1, 1, 0 or die "no socket: $!\n";
  fcntl $socket, 4, 2048;
  if (connect $socket, pack "S a108", 1, "\0$socket{$name}") {
    syswrite $socket, pack "l x4 l x4 L x4", -1, 24, 1024;
    $waiting{fileno $socket} = [$socket, $name];
  } else { $answer{$name} = $! == 11 ? "silent" : "unknown" }
}
while (%waiting and $left > 0) {
  my $ready = ""; vec($ready, $_, 1) = 1 for keys %waiting;
  (my $come, $left) = select $ready, undef, undef, $left;
  for (grep { $come > 0 and vec $ready, $_, 1 } keys %waiting) {
    my ($socket, $name) = @{delete $waiting{$_}};
    $answer{$name} = sysread($socket, my $byte, 1) ? "answers" : "unknown";
  }
}
$answer{$_->[1]} = "silent" for values %waiting;
printf "%s %d %d %s\n", $_, $found{$_}[0], $now - $found{$_}[2] / 100, $answer{$_} // "stopped" for sort keys %found;`

/** The daemons of a node that have a process. It is read beside the other facts of a frame. */
export const daemonProcesses: Fact<DaemonProcesses> = {
  family: {
    ...fact('processes of the daemons', '', ({ stdout }) => processesIn(stdout)).family,
    script: () => sh`perl -e ${program} ${answerSeconds} ${daemonNames.map(name => `${name}=${sockets[name]}`)}`,
    waits: true,
  },
  argument: '',
}

const states: readonly string[] = ['answers', 'silent', 'stopped', 'unknown']

/** Parses one line for each process: name, process id, age in seconds, state. @throws Error if a line is none of these. */
export function processesIn(text: string): DaemonProcesses {
  const lines = text.split('\n').filter(line => line.trim() !== '')
  return new Map(
    lines.map(line => {
      const [name = '', pid = '', age = '', state = ''] = line.split(' ')
      if (!isDaemon(name) || !isState(state)) throw new Error(`the daemons cannot be asked: ${line}`)
      return [name, { pid: Number(pid), ageSeconds: Number(age), state }]
    }),
  )
}

function isDaemon(name: string): name is Daemon {
  return name in sockets
}

function isState(state: string): state is DaemonProcess['state'] {
  return states.includes(state)
}

/** A daemon that does not work although its unit is active. */
export interface DaemonFault {
  daemon: Daemon
  /** `missing`: it has no process. `stopped`: a signal has stopped it. `hung`: it does not answer. */
  kind: 'missing' | 'stopped' | 'hung'
  pid?: number
}

/** Pacemaker starts its daemons one after the other, and waits up to a second for each, unless a signal has stopped it. */
const startSeconds = 30

/**
 * The daemons that do not work.
 *
 * @param active - the services whose unit is active: of others, nothing is expected.
 */
export function daemonFaults(processes: DaemonProcesses, active: readonly Service[]): DaemonFault[] {
  const parent = processes.get('pacemakerd')
  const isStarting = parent !== undefined && parent.state !== 'stopped' && parent.ageSeconds < startSeconds
  return daemonNames
    .filter(daemon => active.includes(serviceOf(daemon)))
    .flatMap((daemon): DaemonFault[] => {
      const process = processes.get(daemon)
      if (!process) return serviceOf(daemon) === 'pacemaker' && isStarting ? [] : [{ daemon, kind: 'missing' }]
      if (process.state === 'stopped') return [{ daemon, kind: 'stopped', pid: process.pid }]
      return process.state === 'silent' ? [{ daemon, kind: 'hung', pid: process.pid }] : []
    })
}

/** What is wrong with a daemon, as a sentence without its node. */
export function faultText({ daemon, kind, pid }: DaemonFault): string {
  if (kind === 'missing') return `${daemon} is missing although its unit is active`
  return kind === 'stopped'
    ? `${daemon} (process ${pid}) is stopped by a signal`
    : `${daemon} (process ${pid}) hangs: no answer within ${answerSeconds} s`
}
