import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { build } from 'esbuild'

/**
 * npm run build: compiles everything to dist/, and makes one command of few files of it in bundle/, which loads in a third
 * of the time. The types of what roles import are in types/. A shell script beside the sources becomes a module: its text. There is nothing to do if both are there and
 * nothing that they are made from has changed: `npm ci` builds, and so does `npm test`.
 */

const sources = ['runner', 'roles', 'test'].flatMap(folder =>
  readdirSync(folder, { recursive: true }).map(file => join(folder, file)),
)
// Scripts for the nodes, in files of their own.
const scripts = sources.filter(file => file.endsWith('.sh') && !file.startsWith('test'))
const inputs = [
  ...sources.filter(file => file.endsWith('.ts')),
  ...scripts,
  'build.js',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.types.json',
].toSorted((one, other) => one.localeCompare(other))
const hash = createHash('sha256')
for (const file of inputs) hash.update(`${file}\0`).update(readFileSync(file)).update('\0')
const made = hash.digest('hex')

/** What only roles of the user's need: it stays in node_modules, so that no other run loads it. */
const loadedOnDemand = {
  name: 'loaded on demand',
  setup: ({ onResolve }) => onResolve({ filter: /^zod$/ }, ({ path }) => ({ path, external: true })),
}

/** Their tables of Unicode take 25 ms of processor time, and most runs write ASCII only: they are made for the first text that needs them. */
const madeOnFirstUse = {
  name: 'made on first use',
  setup(plugins) {
    plugins.onResolve({ filter: /^(?:cli-truncate|slice-ansi|string-width|wrap-ansi)$/ }, ({ path, kind, importer }) =>
      kind === 'require-call' || importer.includes('node_modules') ? undefined : { path, namespace: 'first use' },
    )
    plugins.onLoad({ filter: /^/, namespace: 'first use' }, ({ path }) => ({
      contents: `export default (...args) => require('${path}').default(...args)`,
      resolveDir: import.meta.dirname,
    }))
  },
}

const note = 'dist/made-from'
if (!existsSync(note) || !existsSync('bundle') || readFileSync(note, 'utf8') !== made) {
  for (const folder of ['dist', 'bundle', 'types']) rmSync(folder, { recursive: true, force: true })
  // It has said itself what is wrong.
  for (const project of ['tsconfig.json', 'tsconfig.types.json'])
    if (spawnSync('tsc', ['-p', project], { stdio: 'inherit' }).status !== 0) process.exit(1)
  for (const script of scripts)
    writeFileSync(`dist/${script}.js`, `export default ${JSON.stringify(readFileSync(script, 'utf8'))}\n`)
  groupTests()
  writeFileSync('dist/runner/cli/role-names.js', `export default ${JSON.stringify(readdirSync('roles').toSorted())}\n`)
  await bundle()
  await publicModule()
  writeFileSync(note, made)
}

/** One file for the command, another that starts it (runner/cli/launch.ts), and the plugs of a lab, which are a process of their own. */
async function bundle() {
  const options = {
    bundle: true,
    platform: 'node',
    logLevel: 'warning',
    outbase: 'dist',
    outdir: 'bundle',
    metafile: true,
  }
  const { metafile } = await build({
    ...options,
    entryPoints: { 'runner/cli/ha-run': 'dist/runner/cli/main.js' },
    entryNames: '[dir]/[name]-[hash]',
    format: 'cjs',
    plugins: [loadedOnDemand, madeOnFirstUse],
    define: { 'import.meta.url': 'thisModule' },
    banner: { js: "const thisModule = require('node:url').pathToFileURL(__filename).href;" },
  })
  const [command] = Object.keys(metafile.outputs)
  // launch.ts reads ASCII. esbuild writes that, except in comments and in templates, of which ha-run uses the cooked text.
  const code = readFileSync(command, 'utf8')
  writeFileSync(command, code.replace(/[^\p{ASCII}]/gu, escaped))
  await build({
    ...options,
    entryPoints: { 'runner/cli/main': 'dist/runner/cli/launch.js' },
    format: 'cjs',
    define: { commandFile: JSON.stringify(basename(command)) },
  })
  writeFileSync('bundle/runner/cli/package.json', '{ "type": "commonjs" }\n')
  chmodSync('bundle/runner/cli/main.js', 0o755)
  await build({
    ...options,
    entryPoints: ['dist/runner/lab/plug-server.js'],
    format: 'esm',
    // zx requires modules of Node.js.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
  })
}

/**
 * What `import … from 'ha-run'` resolves to in a package that a role imports: the modules of the running command
 * (runner/cli/user-roles/load.ts), never copies of them.
 */
async function publicModule() {
  const names = Object.keys(await import('./dist/runner/public/index.js'))
  mkdirSync('bundle/runner/public')
  writeFileSync(
    'bundle/runner/public/index.js',
    `const running = globalThis[Symbol.for('ha-run')]
if (!running) throw new Error('the module ha-run is for roles, which the command ha-run loads: see docs/roles.md')
export const { ${names.join(', ')} } = running
`,
  )
}

/** The character as escapes of JavaScript: two for one outside of the basic plane. */
function escaped(character) {
  return [...Array(character.length).keys()]
    .map(at => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('')
}

/** Writes, into each folder of unit tests, a test file that imports all others there (see ava.config.js). */
function groupTests() {
  const tests = readdirSync('dist/test', { recursive: true }).filter(
    file => file.endsWith('.test.js') && !file.startsWith('end-to-end'),
  )
  for (const folder of new Set(tests.map(dirname))) {
    const imports = tests.filter(file => dirname(file) === folder).map(file => `import './${basename(file)}'\n`)
    writeFileSync(join('dist/test', folder, 'together.test.js'), imports.join(''))
  }
}
