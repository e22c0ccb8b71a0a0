#!/usr/bin/env node
import { commandLine } from './command-line.js'
import { fail } from './fail.js'

// `ha-run site 2>&1 | head`: the reader has left, and the run goes on without it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
process.exitCode = 0
try {
  await commandLine().parseAsync()
} catch (error) {
  process.exitCode = await fail(error, process.argv)
}
