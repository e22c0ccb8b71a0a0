import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'ava'
import { z } from 'zod'
import { sourcedFilesScript } from '../../../../roles/network/managers/sourced-files.js'
import { shells } from '../../../ssh/local-shell.js'
import { casesIn } from '../cases.js'

const sourcedCase = z.strictObject({
  /** The text of each file by its path; `ROOT` in a path and a text is the root of the file tree. */
  files: z.record(z.string(), z.string()),
  /** The target of each symbolic link by its path. */
  links: z.record(z.string(), z.string()).default({}),
  /** The paths of the files that are read, in their order. */
  read: z.array(z.string()),
})

for (const [title, { files, links, read }] of casesIn('sourced', sourcedCase)) {
  for (const [name, [shell = '', ...argv]] of shells) {
    test(`${title}, ${name}`, t => {
      const root = mkdtempSync(join(tmpdir(), 'ha-run-sourced-'))
      t.teardown(() => rmSync(root, { recursive: true }))
      const rooted = (text: string) => text.replaceAll('ROOT', root)
      const place = (path: string) => {
        const at = join(root, path)
        mkdirSync(dirname(at), { recursive: true })
        return at
      }
      for (const [path, text] of Object.entries(files)) writeFileSync(place(path), rooted(text))
      for (const [path, target] of Object.entries(links)) symlinkSync(rooted(target), place(path))
      const { stdout, stderr } = spawnSync(shell, [...argv, '-c', sourcedFilesScript(join(root, 'interfaces'))], {
        cwd: root,
        encoding: 'utf8',
      })
      t.is(stderr, '')
      const expected = read.map(path => [join(root, path), rooted(files[path] ?? '')].join('\0') + '\0')
      t.is(stdout, expected.join(''))
    })
  }
}
