/** One thing that is not as declared. An absent side is `undefined`; secrets come as fingerprints. */
export interface Difference {
  /** What differs: a path, `mode of /etc/x`, `unit apache2`. */
  subject: string
  from: string | undefined
  to: string | undefined
  /** How closing it takes effect, where that is not plain: `live: a reload applies it`. */
  note?: string | undefined
}
