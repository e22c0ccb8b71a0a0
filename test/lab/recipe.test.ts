import { execFileSync } from 'node:child_process'
import test from 'ava'
import { releaseFile } from '../../runner/lab/image.js'
import {
  basePackages,
  customizeScript,
  debootstrapCommand,
  foreignApt,
  offeredPackages,
  recipeHash,
} from '../../runner/lab/recipe.js'

test('a bare node has no package of the cluster', t => {
  t.deepEqual(
    basePackages.filter(name => offeredPackages.includes(name)),
    [],
  )
})

test('another release is another image, and the same recipe the same one', t => {
  t.is(recipeHash('bookworm'), recipeHash('bookworm'))
  t.not(recipeHash('bookworm'), recipeHash('trixie'))
})

test('the customize script is valid sh', t => {
  t.notThrows(() => execFileSync('sh', ['-n', '-c', customizeScript()]))
})

test('mmdebstrap mounts in a namespace of its own and downloads as the host does', t => {
  const paths = { root: '/part/root', sources: '/part/sources.list', script: '/part/customize.sh' }
  const words = debootstrapCommand(paths, 'bookworm', ['Acquire::http::Proxy "http://proxy.example:3128/";'])
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
