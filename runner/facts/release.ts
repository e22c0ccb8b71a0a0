import { fact } from './fact.js'

/** The node's version of Debian, such as 12, also of Raspberry Pi OS; undefined for testing and unstable, which have none. */
export const debianVersion = fact('version of Debian', '. /etc/os-release; echo "$VERSION_ID"', ({ stdout }) =>
  /^\d+/.test(stdout) ? Number.parseInt(stdout, 10) : undefined,
)
