import { sh, ShellText } from '../ssh/quote.js'

/**
 * The lock is a lease: a node ends a session that has the lock once nothing has come over its connection for this long. ssh sends
 * something every 5 s, and gives the node up after 20 s (runner/ssh/openssh.ts): the run has long stopped to count on it.
 */
export const leaseSeconds = 45

/**
 * Shell functions about the session `$session`, which locks `$file`, and its connection from port `$from` to port `$to`.
 *
 * - `silent`: sets `$silent`, the milliseconds since the connection's last packet. `lastrcv` counts data alone, and a client whose node
 *   sends does not send, it only acknowledges: so the later of both counts (docs/facts.md, SSH). ss leaves out a zero. Fails without
 *   such a connection.
 * - `busy`: whether the connection's sessions run a frame. One that names the lock file waits for the lock itself, as a drill's monitor
 *   does.
 * - `end_session`: ends the connection at sshd, so that its shells see the end of their input. Between a shell and sshd there is
 *   nothing but sudo; a server with another name keeps its connection, and loses the shell alone.
 */
const functions = new ShellText(`silent() {
  connection=$(ss -tinH state established sport = ":$to" dport = ":$from" 2>/dev/null) && [ -n "$connection" ] || return 1
  silent=
  for field in $connection; do
    case $field in lastrcv:*|lastack:*) [ -n "$silent" ] && [ "$silent" -le "\${field#*:}" ] || silent=\${field#*:} ;; esac
  done
  silent=\${silent:-0}
}
parent() {
  read -r stat <"/proc/$1/stat" || return 1
  set -- \${stat##*\\) }
  parent=$2
}
server() {
  server=$session
  while parent "$server" && server=$parent && read -r name <"/proc/$server/comm"; do
    case $name in sshd*) return 0 ;; sudo*) ;; *) break ;; esac
  done
  server=$session
  return 1
}
busy() {
  server
  for stat in /proc/[0-9]*/stat; do
    read -r line <"$stat" || continue
    case $line in *' (timeout) '*) ;; *) continue ;; esac
    pid=\${line%% *}
    ! grep -qsaF -- "$file" "/proc/$pid/cmdline" || continue
    while [ "$pid" -gt 1 ]; do
      [ "$pid" != "$server" ] || return 0
      parent "$pid" || break
      pid=$parent
    done
  done
  return 1
}
end_session() {
  server || { kill -s KILL "$session"; return; }
  kill -s TERM "$server"
  tries=25
  while kill -s 0 "$server" && [ $tries -gt 0 ]; do sleep 0.2; tries=$((tries - 1)); done
  ! kill -s 0 "$server" || kill -s KILL "$server"
}`)

/**
 * Watches the connection of a session that has the lock. Between two checks it sleeps until the lease would end if nothing came from now
 * on. What the node runs is finished first.
 */
const watcher = sh`lease=$1; session=$2; file=$3; from=$5; to=$7
[ $# = 7 ] && [ "$PPID" = "$session" ] || exit 0
${functions}
while silent; do
  pause=$(((lease * 1000 - silent + 999) / 1000))
  [ $pause -gt 0 ] || { busy || { end_session; exit 0; }; pause=1; }
  setpriv --pdeathsig TERM sleep "$pause"
done`

/** Sleeps, and becomes the command that follows: a shell would need a second process to sleep, in every run. perl-base is essential in Debian. */
const sleepThenExec = 'sleep shift; exec @ARGV'

/**
 * Starts the watcher, once in a session: text for the session's own shell, whose first argument is its connection as sshd describes
 * it (runner/ssh/login.ts). The kernel ends the watcher with that shell. Without ss, perl, setpriv or the connection, there is no
 * lease, and the lock ends with the session.
 */
export function startLease(file: string, seconds: number): ShellText {
  return new ShellText(
    sh`{ [ -z "$1" ] || [ -n "$ha_run_lease" ] || { setpriv --pdeathsig TERM perl -e ${sleepThenExec} ${seconds} /bin/sh -c ${watcher} ha-run-lease ${seconds} $$ ${file} $1 </dev/null >/dev/null 2>&1 9>&- & ha_run_lease=$!; }; }`,
  )
}

/** A session that has a lock, as the lock file describes it. */
export interface LeasedSession {
  /** Its shell. */
  pid: number
  seconds: number
  /** The ports of its connection on the machine that it comes from, and on the node; undefined if they are not known. */
  ports: { from: number; to: number } | undefined
}

/**
 * Prints what the node knows of a session that has the lock: `gone`, or `present` and `busy` or `idle`, and for how many milliseconds
 * its connection has been silent, if a lease watches that.
 *
 * @param end - ends it, if it is not busy.
 */
export function inspectScript(file: string, { pid, ports }: LeasedSession, end: boolean): string {
  return sh`exec 2>/dev/null
file=${file}; session=${pid}; from=${ports?.from ?? ''}; to=${ports?.to ?? ''}
${functions}
lock=$(readlink "/proc/$session/fd/9")
if ! [ -d "/proc/$session" ] || [ "\${lock:-$file}" != "$file" ]; then echo gone; exit 0; fi
if busy; then state=busy; else state=idle; fi
silent= ; [ -z "$from" ] || ! setpriv --pdeathsig clear true || silent
echo "present $state $silent"
${new ShellText(end ? '[ $state = busy ] || end_session' : ':')}`
}
