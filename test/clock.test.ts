import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'

/**
 * Waits and durations use a clock that nobody sets: a step of the machine's date (NTP, a Raspberry Pi after its boot) must neither end a wait
 * nor stretch it. The date is for people, and for what other programs write down.
 */

/** Where a date is meant, by file. */
const dates: Record<string, RegExp> = {
  'runner/facts/reader.ts': /Date\.now\(\)/, // to compare a node's clock with this machine's
  'runner/facts/clock.ts': /date \+%s\.%N/,
  'roles/drill/clock.ts': /date \+%s%N/, // journals of nodes have dates
  'roles/quorum-device/certificates.ts': /date \+%Y/, // names of copies
  'roles/corosync/default-cluster.ts': /date \+%Y/,
  'runner/lab/plug-server.ts': /now: Date\.now\(\)/, // what a plug reports
  'runner/lab/relay.ts': /started: Date\.now\(\)/,
  'runner/lab/image.ts': /mtimeMs/, // the age of a file
  'runner/lab/snapshot.ts': /mtimeMs/,
}

const machineDate = /Date\.now\(|\bdate \+|\$EPOCH|\bSECONDS\b/

for (const [kind, folders] of [
  ['waits and durations', ['runner', 'roles']],
  ['scripts beside the product', ['test/lab']],
] as const) {
  test(`${kind} use no date of the machine`, t => {
    const found = folders
      .flatMap(folder => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(file => join(folder, file)))
      .filter(file => /\.(ts|sh)$/.test(file))
      .flatMap(file =>
        readFileSync(file, 'utf8')
          .split('\n')
          .flatMap((line, at) =>
            machineDate.test(line) && !dates[file]?.test(line) && !/^\s*(\/?\*|\/\/|#)/.test(line)
              ? `${file}:${at + 1}: ${line.trim()}`
              : [],
          ),
      )
    t.deepEqual(found, [])
  })
}
