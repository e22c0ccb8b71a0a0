import type { FileAttributes } from '../../tasks/write-file.js'

/** Corosync's files, which must be the same on every node. */

export const confPath = '/etc/corosync/corosync.conf'
export const keyPath = '/etc/corosync/authkey'

export const confAttributes: FileAttributes = { mode: '0644', owner: 'root:root' }
export const keyAttributes: FileAttributes = { mode: '0400', owner: 'root:root' }
