import { Writable } from 'node:stream'

/** A terminal, or with `isTTY: false` a pipe, that records what is written to it. */
export function collector(size: { columns?: number; rows?: number; isTTY?: boolean } = {}) {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  return Object.assign(stream, { isTTY: false, ...size, chunks, text: () => chunks.join('') })
}
