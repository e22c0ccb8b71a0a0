/**
 * Where Debian's Apache keeps its main process's number. It replaces the file each time it has read its configuration,
 * at a start as at a graceful reload, whoever asked for it: so the file tells one load from another, and when it was.
 */
export const pidFile = '/run/apache2/apache2.pid'

export const pagePath = '/var/www/html/index.html'

/** Where a node remembers that its page is ha-run's: the hash of what was written last. */
export const pageNote = '/var/lib/ha-run/page'
