import { execFileSync } from 'node:child_process'
import test from 'ava'
import { releaseFile } from '../../runner/lab/repository.js'
import { likenesses } from '../../runner/lab/likenesses.js'
import {
  customizeScript,
  debootstrapCommand,
  foreignApt,
  offeredIn,
  offeredPackages,
  interfacesFile,
  packagesOf,
  recipeHash,
  recipeOf,
} from '../../runner/lab/recipe.js'

const recipes = [...['bullseye', 'bookworm', 'trixie'].map(recipeOf), ...likenesses]

test('a bare node has no package of the cluster', t => {
  for (const recipe of recipes) {
    const present = packagesOf(recipe).filter(name => offeredPackages.includes(name) && name !== 'network-manager')
    t.deepEqual(present, [], recipe.name)
  }
})

test('every recipe is another image, and the same recipe the same one', t => {
  const hashes = recipes.map(({ name }) => recipeHash(name))
  t.is(new Set(hashes).size, recipes.length)
  t.deepEqual(
    hashes,
    recipes.map(({ name }) => recipeHash(name)),
  )
})

test("a node's own files have its address, whichever program manages the network", t => {
  for (const recipe of recipes) {
    const files = recipe.nodeFiles({ address: '192.168.0.7', publicKey: 'ssh-ed25519 AAAA lab' })
    t.true(
      files.some(({ content }) => content.includes('192.168.0.7/24')),
      recipe.name,
    )
  }
})

test("a Debian node's eth0 is static and managed by ifupdown", t => {
  const [, stanza] = interfacesFile('192.168.0.1').split('\n\n')
  t.is(stanza, 'auto eth0\niface eth0 inet static\n    address 192.168.0.1/24\n    gateway 192.168.0.254\n')
})

test('the customize script is valid sh', t => {
  for (const recipe of recipes)
    t.notThrows(() => execFileSync('sh', ['-n', '-c', customizeScript(recipe)]), recipe.name)
})

test('mmdebstrap mounts in a namespace of its own and downloads as the host does', t => {
  const paths = { root: '/part/root', sources: '/part/sources.list', script: '/part/customize.sh' }
  const words = debootstrapCommand(paths, recipeOf('bookworm'), ['Acquire::http::Proxy "http://proxy.example:3128/";'])
  t.deepEqual(words.slice(0, 3), ['unshare', '--mount', 'mmdebstrap'])
  t.true(words.includes('--aptopt=Acquire::http::Proxy "http://proxy.example:3128/";'))
  t.deepEqual(words.slice(-3), ['bookworm', '/part/root', '/part/sources.list'])
})

test("apt uses the image's packages and not the host's", t => {
  const options = foreignApt({ root: '/part/root', sources: '/part/sources.list', work: '/part/work' })
  t.true(options.includes('Dir::State::status=/part/root/var/lib/dpkg/status'))
  t.true(options.includes('Dir::Etc::sourceparts=/dev/null'))
})

test("a Release file has the index's sum and size, and a date that apt can read", t => {
  const [, date, , sum] = releaseFile('Package: x\n').split('\n')
  t.regex(date ?? '', /^Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/)
  t.regex(sum ?? '', /^ [0-9a-f]{64} 11 Packages$/)
})

test('fence agents come in one package, or in one package each', t => {
  t.true(offeredIn(new Set(['fence-agents', 'dhcpcd5'])).includes('fence-agents'))
  const split = offeredIn(new Set(['fence-agents', 'fence-agents-common', 'fence-agents-netio']))
  t.true(split.includes('fence-agents-netio'))
  t.false(split.includes('fence-agents'))
})
