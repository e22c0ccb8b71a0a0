const truths = /^(true|on|yes|y|1)$/i
const falsehoods = /^(false|off|no|n|0)$/i

/** Whether Pacemaker takes a value for true. */
export function isTrue(value: string): boolean {
  return truths.test(value)
}

/** Whether Pacemaker takes a value for false. */
export function isFalse(value: string): boolean {
  return falsehoods.test(value)
}
