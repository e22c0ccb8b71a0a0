/** How a daemon's own tool answers: by exit code 0, or as `isAnswer` knows. */
export function parseOnSuccess<T>(parse: (text: string) => T, isAnswer?: (text: string) => boolean) {
  return ({ stdout, exitCode }: { stdout: string; exitCode: number | null }): T | undefined =>
    exitCode === 0 || isAnswer?.(stdout) ? parse(stdout) : undefined
}
