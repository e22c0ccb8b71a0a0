/**
 * The file with the id of Apache's main process. Apache replaces it whenever it has read its configuration, at a start
 * and at a graceful reload. Its inode and time therefore identify each load of the configuration.
 */
export const pidFile = '/run/apache2/apache2.pid'

export const pagePath = '/var/www/html/index.html'

/**
 * The file with the hash of the page that ha-run last wrote on the node. A page with another hash is somebody else's.
 */
export const pageNote = '/var/lib/ha-run/page'
