import { hostSuite } from '../../runner/lab/host.js'

/** HA_RUN_LAB_RELEASE: the Debian release of the tests' nodes, if it is not this machine's own. */
const release = process.env['HA_RUN_LAB_RELEASE']

/** As an option of `up`. */
export const withRelease = release === undefined ? {} : { release }

/** Its code name, whether it was chosen or not. */
export const suite = async (): Promise<string> => release ?? hostSuite()
