/**
 * Parses the output of a daemon's tool if the daemon has answered: with exit code 0, or with output that `isValid`
 * accepts.
 */
export function parseOnSuccess<T>(parse: (text: string) => T, isValid?: (text: string) => boolean) {
  return ({ stdout, exitCode }: { stdout: string; exitCode: number | null }): T | undefined =>
    exitCode === 0 || isValid?.(stdout) ? parse(stdout) : undefined
}
