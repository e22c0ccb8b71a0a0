import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The files of a project that a page shows: each code block whose first line is a comment with its path. */
export function pageFiles(page: string): [path: string, text: string][] {
  return [
    ...readFileSync(page, 'utf8').matchAll(/^```\w+\n(?:\/\/|#) ((?:inventory|roles|playbooks)\/\S+)\n([^]*?)^```$/gm),
  ].map(([, path = '', text = '']) => [path, text])
}

/** Writes them into a folder, as a reader copies them. */
export function writePageFiles(page: string, folder: string): void {
  for (const [path, text] of pageFiles(page)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}
