#!/usr/bin/env node
import { commandLine } from './command-line.js'
import { fail } from './fail.js'
import { watchOutput } from './output.js'

watchOutput()
process.exitCode = 0
try {
  await commandLine().parseAsync()
} catch (error) {
  process.exitCode = await fail(error, process.argv)
}
