import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { folderOf, haRun, inventoryOf, jsonLines, main } from './ha-run.js'

for (const args of [
  ['--help'],
  ['-h'],
  ['site', '--help'],
  ['verify', '--help'],
  ['play', '--help'],
  ['import', '--help'],
]) {
  test(`ha-run ${args.join(' ')} prints its help on stdout`, async t => {
    const { exit, stdout, stderr } = await haRun(t, ...args)
    t.is(exit, 0)
    t.regex(stdout, /^Usage: ha-run /)
    t.is(stderr, '')
  })
}

// Roles are arguments, so commander could take `help` for a role.
test('ha-run help prints the help', async t => {
  t.is((await haRun(t, 'help')).exit, 0)
})

test('--help names commands, roles and exit codes', async t => {
  const stdout = (await haRun(t, '--help')).stdout.replaceAll(/\s+/g, ' ')
  for (const word of [
    'site',
    'verify',
    'play',
    'import',
    'lab',
    'network corosync authkey pacemaker fencing apache constraints',
    '--check',
    '--limit',
    'Exit codes: 0 ',
  ])
    t.true(stdout.includes(word), word)
})

const refuses = test.macro({
  exec: async (t, args: string[], message: RegExp, hint: RegExp) => {
    const { exit, stdout, stderr } = await haRun(t, ...args)
    const output = stdout + stderr
    t.is(exit, 1)
    t.regex(output, message)
    t.regex(output, hint)
    t.notRegex(output, /\n {4}at /)
  },
  title: (_, args: string[]) => `ha-run ${args.join(' ')}: wrong use`,
})

test(refuses, [], /no command or role given/, /ha-run --help/)
test(refuses, ['sites'], /there is no command and no role "sites"/, /[Dd]id you mean.*site/)
test(refuses, ['corosink'], /there is no command and no role "corosink"/, /[Dd]id you mean.*corosync/)
test(refuses, ['corosync', 'zzz'], /no role "zzz"/, /corosync/)
test(refuses, ['site', '--chekc'], /unknown option '--chekc'/, /--check/)
test(refuses, ['site', '-i', 'nowhere'], /there is no inventory at "nowhere"/, /Copy .*example\.yml/)
test(refuses, ['site', '-i', main, '-i', 'nowhere'], /there is no inventory at "nowhere"/, /Copy .*example\.yml/)
test(refuses, ['site', 'extra'], /too many arguments/, /ha-run --help/)
test(refuses, ['site', '-f', '0'], /expected a number from 1 to 9999/, /ha-run --help/)
test(refuses, ['site', '--forks', 'many'], /expected a number from 1 to 9999/, /ha-run --help/)
test(refuses, ['site', '--forks', '-1'], /expected a number from 1 to 9999|argument missing/, /ha-run --help/)
test(refuses, ['site', '-i', 'nowhere.yml'], /there is no inventory at "nowhere\.yml"/, /example\.yml/)
test(refuses, ['site'], /there is no inventory at "inventory\/"/, /example\.yml/)
test(refuses, ['play', 'nowhere.yml'], /nowhere\.yml/, /./)
test(
  refuses,
  ['drill', '--fault', 'pull'],
  /'pull' is invalid.*standby, stop, kill, freeze, cut, reboot/,
  /ha-run --help/,
)
test(
  refuses,
  ['drill', '--fault', 'kill', '--how', 'stop'],
  /'--how <name>' cannot be used with option '--fault <name>'/,
  /ha-run --help/,
)
test(refuses, ['drill', '--max-outage', '5'], /expected a time such as 5s or 500ms/, /ha-run --help/)
test(refuses, ['drill', '--rounds', '0'], /expected a number from 1/, /ha-run --help/)
test(refuses, ['drill'], /no terminal to ask on/, /--yes/)
test(refuses, ['import'], /missing required argument 'nodes'/, /ha-run --help/)
test(refuses, ['import', 'node1', '--json'], /unknown option '--json'/, /ha-run --help/)
test(refuses, ['--json', 'import', 'node1'], /import has no option --json/, /ha-run import --help/)
test(refuses, ['import', 'admin@'], /not a node: "admin@"/, /admin@node1/)
test(refuses, ['import', 'node1', '--ask-become-pass'], /needs a terminal/, /./)
test(refuses, ['play'], /missing required argument/, /ha-run --help/)

test(refuses, ['site', '--lab', 'nowhere'], /lab nowhere is not up/, /ha-run lab up --name nowhere/)
test(refuses, ['import', 'node1', '--lab', 'nowhere'], /lab nowhere is not up/, /ha-run lab up --name nowhere/)
test(
  refuses,
  ['site', '--lab', 'demo', '-i', 'site.yml'],
  /'--lab <name>' cannot be used with option '-i, --inventory <path>'/,
  /ha-run --help/,
)
test(
  refuses,
  ['--lab', 'demo', 'status', '-F', 'config'],
  /'--lab <name>' cannot be used with option '-F, --ssh-config <file>'/,
  /ha-run --help/,
)

test('--version prints the version of the package', async t => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the package's own file
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  t.deepEqual(await haRun(t, '--version'), { exit: 0, stdout: `${version}\n`, stderr: '' })
})

test('the hint for a missing inventory names an example that exists', async t => {
  const { stderr } = await haRun(t, 'site')
  const [, example = ''] = /Copy (\S+) to/.exec(stderr) ?? []
  t.true(existsSync(example), stderr)
})

test('the help of drill has the options of the role, but not --how, the former name of --fault', async t => {
  const { exit, stdout } = await haRun(t, 'drill', '--help')
  t.is(exit, 0)
  for (const option of [
    '--fault',
    '--daemon',
    '--rounds',
    '--max-outage',
    '--allow-split-brain',
    '--yes',
    '--inventory',
  ])
    t.true(stdout.includes(option), option)
  t.false(stdout.includes('--how'))
})

test('a fencing needs a node that a cluster has, a terminal or --yes, and one of --off and --confirm', async t => {
  const inventory = inventoryOf(t, 1, 2)
  const refused = async (...args: string[]) => {
    const { exit, stderr } = await haRun(t, 'fence', ...args, '-i', inventory)
    t.is(exit, 1)
    return stderr
  }
  t.regex(await refused('--yes'), /missing required argument 'node'/)
  t.regex(await refused('node9', '--yes'), /no cluster has a node "node9"/)
  t.regex(await refused('node1'), /no terminal to ask on[^]*--yes/)
  t.regex(await refused('node1', '--yes', '--off', '--confirm'), /--off' cannot be used with option '--confirm/)
})

for (const option of ['--fault', '--how']) {
  test(`ha-run drill ${option}: a fault that can put the floating IP on two nodes needs consent`, async t => {
    const { exit, stderr } = await haRun(t, 'drill', '--yes', option, 'freeze', '-i', inventoryOf(t, 1, 2))
    t.is(exit, 1)
    t.regex(
      stderr,
      /with fencing disabled, "freeze" can put the floating IP on two nodes at once[^]*--allow-split-brain/,
    )
  })
}

for (const fault of ['fence', 'plug']) {
  test(`ha-run drill --fault ${fault}: a drill of fencing needs fencing`, async t => {
    const { exit, stderr } = await haRun(t, 'drill', '--yes', '--fault', fault, '-i', inventoryOf(t, 1, 2))
    t.is(exit, 1)
    t.regex(stderr, new RegExp(`--fault ${fault} needs fencing, and it is disabled in the inventory`))
  })
}

test('a drill of the arbiter is no drill of a node', async t => {
  const { exit, stderr } = await haRun(
    t,
    'drill',
    '--yes',
    '--fault',
    'arbiter',
    '--node',
    'node1',
    '-i',
    inventoryOf(t, 1, 2),
  )
  t.is(exit, 1)
  t.regex(stderr, /--fault arbiter drills no node/)
})

test('a drill of an unknown node is wrong use', async t => {
  const { exit, stderr } = await haRun(t, 'drill', '--yes', '--node', 'node9', '-i', inventoryOf(t, 1, 2))
  t.is(exit, 1)
  t.regex(stderr, /has no node "node9"/)
})

test('a limit that selects no node is wrong use', async t => {
  const { exit, stderr, stdout } = await haRun(t, 'site', '-i', inventoryOf(t, 1, 2), '-l', 'node3')
  t.is(exit, 1)
  t.regex(stdout + stderr, /no host or group matches "node3"/)
})

test('a wrong inventory shows file, line and caret', async t => {
  const file = join(folderOf(t), 'site.yml')
  writeFileSync(
    file,
    'all:\n  vars:\n    cluster: { name: c, floating_ip: 192.0.2.10/24, fencing: disabled, tokn: 1 }\n  hosts: { a: { ansible_host: 192.0.2.1 }, b: { ansible_host: 192.0.2.2 } }\n',
  )
  const { exit, stdout, stderr } = await haRun(t, 'site', '-i', file)
  t.is(exit, 1)
  t.regex(stdout + stderr, /tokn[^]*site\.yml" \(3:\d+\)[^]*\^/)
})

test('--ask-become-pass needs a terminal', async t => {
  const { exit, stdout, stderr } = await haRun(t, 'site', '-i', inventoryOf(t, 1, 2), '--ask-become-pass')
  t.is(exit, 1)
  t.regex(stdout + stderr, /needs a terminal/)
})

for (const args of [
  ['sites', '--json'],
  ['--json', 'site', '-f', '0'],
  ['site', '--json', '-i', 'nowhere.yml'],
  ['--json'],
]) {
  test(`ha-run ${args.join(' ')}: JSON Lines on stdout, the summary last`, async t => {
    const { exit, stdout, stderr } = await haRun(t, ...args)
    const events = jsonLines(stdout)
    t.deepEqual(
      events.map(({ event }) => event),
      ['error', 'summary'],
    )
    t.like(events.at(-1), { exit: 1, failed: 0, unreachable: 0 })
    t.is(exit, 1)
    t.truthy(events[0]?.error?.message)
    t.is(stderr, '')
  })
}

test('-v shows the stack of an error', async t => {
  const { stderr, stdout } = await haRun(t, 'sites', '-v')
  t.regex(stdout + stderr, /UsageError[^]*\n\s+at /)
})

test('the bundle is executable', t => {
  t.not(statSync(main).mode & 0o111, 0)
})

// `ha-run --check site` once ran without --check.
for (const args of [
  ['--check', 'site'],
  ['site', '--check'],
  ['--check', 'verify', '--forks', '3'],
  ['--check', 'corosync'],
  ['corosync', '--check'],
]) {
  test(`--check works before and after the command: ha-run ${args.join(' ')}`, async t => {
    const { stdout } = await haRun(t, '--json', '-i', inventoryOf(t, 1, 2), ...args)
    t.like(
      jsonLines(stdout).find(({ event }) => event === 'run'),
      { check: true },
    )
  })
}

test('an option after the command wins over one before it', async t => {
  const { stdout } = await haRun(t, '-i', '/nowhere', 'site', '--check', '--json', '-i', inventoryOf(t, 1, 2))
  t.like(jsonLines(stdout)[0], { event: 'run', check: true })
})

test('status has no option about changes', async t => {
  const { exit, stderr } = await haRun(t, '--check', 'status')
  t.is(exit, 1)
  t.regex(stderr, /status has no option --check/)
})

test('status has no --watch with -v', async t => {
  const { exit, stderr } = await haRun(t, 'status', '--watch', '-v', '-i', inventoryOf(t, 1, 2))
  t.is(exit, 1)
  t.regex(stderr, /--watch has no room/)
})

test('an option before a command that does not have it is wrong use', async t => {
  const { exit, stderr } = await haRun(t, '--check', 'lab', 'status')
  t.is(exit, 1)
  t.regex(stderr, /lab has no option --check/)
})
