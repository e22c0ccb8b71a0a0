import type { WriteStream } from 'node:tty'
import { canColour } from '../ui/terminal.js'

/** Whether to colour what goes to `stream`: it can show colours, and `--no-color` is not given. */
export function wantsColor({ color }: { color: boolean }, stream: WriteStream = process.stdout): boolean {
  return color && canColour(stream)
}
