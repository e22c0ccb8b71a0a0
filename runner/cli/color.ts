import type { WriteStream } from 'node:tty'

/** Whether to colour what goes to `stream`: it is a terminal, and neither `--no-color` nor NO_COLOR (https://no-color.org) is given. */
export function wantsColor({ color }: { color: boolean }, stream: WriteStream = process.stdout): boolean {
  return color && stream.isTTY && process.env['NO_COLOR'] === undefined
}
