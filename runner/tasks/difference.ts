/** One value that is not as declared. An absent value is `undefined`; secrets are shown as fingerprints. */
export interface Difference {
  /** What differs: a path, `mode of /etc/x`, `unit apache2`. */
  subject: string
  from: string | undefined
  to: string | undefined
  /** How the change takes effect, if that is not obvious: `live: a reload applies it`. */
  note?: string | undefined
}
