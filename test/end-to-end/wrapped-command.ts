import type { LabNodes } from './lab-nodes.js'

/**
 * Puts a script in the place of a program on a node, for its next call with this word among its arguments: what cannot be timed
 * from outside happens within the call. `$real` is the program.
 */
async function wrapNext(site: LabNodes, node: string, program: string, word: string, script: string): Promise<void> {
  await site.on(
    node,
    `mv ${program} ${program}.real
cat >${program} <<'SH'
#!/bin/bash
real=${program}
if [[ " $* " != *" ${word} "* ]]; then exec $real.real "$@"; fi
mv $real.real $real
${script}
SH
chmod +x ${program}`,
  )
}

/** The next reload that this node orders comes 0.1 s late on the node itself: the others send with new keys by then. */
export async function slowNextReload(site: LabNodes, node: string): Promise<void> {
  await wrapNext(
    site,
    node,
    '/usr/sbin/corosync-cfgtool',
    '-R',
    `conf=/etc/corosync/corosync.conf
mv $conf $conf.late && mkfifo $conf
(sleep 0.1; timeout 5 cat $conf.late >$conf; mv $conf.late $conf) >/dev/null 2>&1 &
exec $real "$@"`,
  )
}

/** The next patch of the CIB is made, and its acknowledgement comes too late. */
export async function loseNextAcknowledgement(site: LabNodes, node: string): Promise<void> {
  await wrapNext(
    site,
    node,
    '/usr/sbin/cibadmin',
    '--patch',
    `$real "$@" && echo 'Call cib_apply_diff failed: Timer expired' >&2
exit 124`,
  )
}
