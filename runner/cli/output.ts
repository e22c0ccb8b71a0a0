import { writeSync } from 'node:fs'
import { exitCodes } from '../errors.js'

/**
 * Lets a run go on when its output cannot be written, and reports that at the end. A reader that has left (`ha-run site | head`) wants no
 * more, so that is no error; a full disk behind `>FILE` is one: the run was not reported as asked for.
 */
export function watchOutput(): void {
  let lost: Error | undefined
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') lost ??= error
    })
  }
  process.on('exit', code => {
    if (!lost) return
    if (code === exitCodes.ok || code === exitCodes.drift) process.exitCode = exitCodes.usage
    try {
      writeSync(2, `ha-run: the output could not be written: ${lost.message}\n`)
    } catch {
      // stderr is lost too; the exit code remains.
    }
  })
}
