#!/usr/bin/env node
import { commandLine } from './command-line.js'
import { fail } from './fail.js'

try {
  process.exitCode = 0
  await commandLine().parseAsync()
} catch (error) {
  process.exitCode = await fail(error, process.argv)
}
