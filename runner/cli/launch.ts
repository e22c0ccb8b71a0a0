#!/usr/bin/env node
import { createRequire, wrap } from 'node:module'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { constants, Script } from 'node:vm'
import { CodeCache } from './code-cache.js'

/**
 * bundle/runner/cli/main.js: starts the command, which build.js has put in one file beside it. To compile that file is a
 * fifth of the work of a run with nothing to do, so V8 gets the compiled code of an earlier run.
 */

/** The command's file; its name contains a hash of its content. build.js sets it. */
declare const commandFile: string

const file = join(__dirname, commandFile)
const cache = CodeCache.for(basename(file), process.argv.slice(2))
// build.js makes it ASCII.
const script = new Script(wrap(readFileSync(file, 'latin1')), {
  filename: file,
  cachedData: cache?.read(),
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
})
// Compiled code is complete at the end: V8 compiles a function when it is first called.
if (script.cachedDataRejected !== false)
  process.once('exit', code => cache?.write(() => script.createCachedData(), code))
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `wrap` makes
const command = script.runInThisContext() as (...parts: unknown[]) => void
command({}, createRequire(file), {}, file, dirname(file))
