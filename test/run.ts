/* oxlint-disable no-console -- read by the person who has typed `npm test` */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { requirePackages, requiredPackages } from '../runner/lab/host.js'
import { ensureImage } from '../runner/lab/image.js'
import { down } from '../runner/lab/index.js'
import { reason } from './end-to-end/availability.js'
import { suite } from './end-to-end/release.js'
import { runningIn } from './end-to-end/running.js'
import { isRequired } from './required.js'
import { closingLine, durationOf, outcomeOf, slowest, type Counts, type Timed } from './tally.js'

/** `npm test`: everything that was built, in stages. */

const stages: { title: string; command: string[] }[] = [
  { title: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
  { title: 'unit tests', command: ['npx', 'ava'] },
  {
    title: 'end-to-end tests on labs, and drills',
    command: [
      'npx',
      'ava',
      '--config',
      'ava.lab.config.js',
      'dist/test/end-to-end/*.test.js',
      'dist/test/end-to-end/drills/*.test.js',
    ],
  },
]

/** What the tests use: a lab's packages, Ansible's reader of inventories, a browser with a font, a server to log in to, a third POSIX shell. */
const packages = [...requiredPackages, 'ansible-core', 'busybox', 'chromium', 'fonts-dejavu-core', 'openssh-server']

/** Seconds after which a run is ended. It takes 600 s on two usual cores, and has taken 3500 s on two slow ones. */
const limitSeconds = 5400

const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
const timed: Timed[] = []
/** What is said again at the end, where the output of a long run is read. */
const failures: string[] = []
const notes = mkdtempSync(join(tmpdir(), 'ha-run-tests-'))
const began = performance.now()
const elapsed = () => `${Math.round((performance.now() - began) / 1000)} s`

console.log(
  reason === null
    ? 'This takes about 10 minutes on two cores, and up to an hour on slow ones, labs included. The quick part alone takes one: npm run check'
    : `This takes about a minute: ${reason}, so that the end-to-end tests are skipped`,
)
if (isRequired) await requirePackages({ yes: true, report: line => console.log(line), packages })
// Most of it is a download, which takes half a minute beside the quick tests, and would keep all labs waiting behind them.
if (reason === null) void makeImage()
let isEnded = false
for (const { title, command } of stages) {
  if (isEnded) break
  console.log(`\n== ${title} (after ${elapsed()})`)
  const failedBefore = counts.failed
  const exitCode = await run(command)
  if (exitCode === 0) continue
  // A stage that ended before or beside its tests (a hook, an uncaught exception, the time limit) failed too.
  if (counts.failed === failedBefore) {
    counts.failed += 1
    failures.push(`${title}: exit code ${exitCode}`)
  }
}
rmSync(notes, { recursive: true })
console.log(`\nThe slowest tests:\n${slowest(timed, 10).join('\n')}`)
if (failures.length > 0) console.log(`\nFailed:\n${failures.join('\n')}`)
console.log(`\nAfter ${elapsed()}:\n${closingLine(counts)}`)
process.exitCode = counts.failed === 0 ? 0 : 1

/** Makes the image that the nodes of labs start from. If that fails, the first lab tries again, and reports why. */
async function makeImage(): Promise<void> {
  const lab = `image-${process.pid}`
  const report = () => {}
  try {
    await ensureImage({ lab, recipe: await suite(), yes: isRequired, report })
  } catch {
    // Reported by the lab.
  }
  await down({ name: lab, report })
}

/** Runs a stage, shows and counts what it prints. @returns its exit code. */
async function run([name, ...words]: string[]): Promise<number | null> {
  const child = spawn(name!, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }), HA_RUN_RUNNING_TESTS: notes },
  })
  const limit = setTimeout(
    () => {
      isEnded = true
      const running = runningIn(notes)
      console.log(`\nended by the time limit of ${limitSeconds} s, at: ${running.join('; ') || words.join(' ')}`)
      // ava passes it on to its processes, whose labs are taken down.
      child.kill('SIGINT')
      setTimeout(() => child.kill('SIGKILL'), 60_000).unref()
    },
    limitSeconds * 1000 - (performance.now() - began),
  )
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line)
    const plain = stripVTControlCharacters(line)
    const outcome = outcomeOf(plain)
    if (outcome) counts[outcome] += 1
    if (outcome === 'failed') failures.push(plain.trimStart())
    const test = durationOf(plain)
    if (test) timed.push(test)
  }
  clearTimeout(limit)
  return child.exitCode ?? (await new Promise<number | null>(resolve => child.once('close', resolve)))
}
