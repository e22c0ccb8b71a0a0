#!/usr/bin/env node
import { commandLine } from './command-line.js'
import { fail } from './fail.js'

try {
  // `ha-run site | head`: whoever read us has gone, and the work goes on.
  process.stdout.on('error', () => {})
  process.exitCode = 0
  await commandLine().parseAsync()
} catch (error) {
  process.exitCode = await fail(error, process.argv)
}
