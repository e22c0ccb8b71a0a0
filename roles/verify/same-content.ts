import { reachable, readOnAll, type Scope } from '../../runner/cluster/members.js'
import { tree, treeListing, type Tree } from '../../runner/facts/trees.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { describeValues, verdict, type Violation } from './verdict.js'

const hint =
  'copy it from the node that has the right content, for instance with `rsync -a --delete`; ha-run changes nothing in it'

/** The files that are named; of more, only the number. */
const maxNamed = 5

/** Compares what the nodes have at each path. Only hashes are shown: a path may have secret content. */
export function sameContent(paths: readonly string[]) {
  return async ({ members }: Scope): Promise<Verdict> => {
    const results = await Promise.all(
      paths.map(async path => {
        const trees = (await readOnAll(members, tree(path))).map(([{ name }, at]): [string, Tree] => [name, at])
        const problems = contentProblems(path, trees)
        if (problems.length === 0 || !trees.every(([, { kind }]) => kind === 'hashed'))
          return { violations: problems, evidence: `${path} ${describeTree(trees[0]?.[1])}` }
        const listings = await readOnAll(reachable(members), treeListing(path))
        const files = differingFiles(listings.map(([{ name }, files]) => [name, files]))
        return { violations: problems.map(problem => `${problem}: ${files}`), evidence: '' }
      }),
    )
    return verdict(
      results.flatMap(({ violations }) => violations),
      `${results.map(({ evidence }) => evidence).join('; ')}; on ${reachable(members).length} nodes`,
      hint,
    )
  }
}

/** What is wrong with what the nodes have at a path. */
export function contentProblems(path: string, trees: [node: string, tree: Tree][]): Violation[] {
  if (trees.every(([, { kind }]) => kind === 'absent')) return [`${path} is missing on all nodes`]
  const unread = trees.filter(([, { kind }]) => kind === 'too large' || kind === 'too slow')
  if (unread.length > 0)
    return [`${path} was not compared: ${describeValues(unread.map(([node, at]) => [node, describeTree(at)]))}`]
  const contents = new Set(trees.map(([, at]) => (at.kind === 'hashed' ? at.hash : at.kind)))
  return contents.size === 1 ? [] : [`${path}: ${describeValues(trees.map(([node, at]) => [node, describeTree(at)]))}`]
}

/** `sha256:0123456789ab (12 files, last changed 2026-11-29T12:00:00Z)` */
function describeTree(at: Tree | undefined): string {
  switch (at?.kind) {
    case 'hashed': {
      const newest = new Date(at.newest * 1000).toISOString().replace('.000', '')
      const files = `${at.files} ${at.files === 1 ? 'file' : 'files'}`
      return `sha256:${at.hash.slice(0, 12)} (${files}${at.files === 0 ? '' : `, last changed ${newest}`})`
    }
    case 'too large':
      return `too large (${at.files} files, ${Math.ceil(at.bytes / 1024 / 1024)} MiB)`
    case 'too slow':
      return 'reading takes too long'
    default:
      return 'missing'
  }
}

/** `index.html differs, new.html only on node1, and 3 more` */
export function differingFiles(listings: [node: string, files: Map<string, string>][]): string {
  const paths = [...new Set(listings.flatMap(([, files]) => [...files.keys()]))].toSorted()
  const differing = paths.filter(path => new Set(listings.map(([, files]) => files.get(path))).size > 1)
  const named = differing.slice(0, maxNamed).map(path => {
    const having = listings.filter(([, files]) => files.has(path)).map(([node]) => node)
    return having.length === listings.length ? `${path} differs` : `${path} only on ${having.join(', ')}`
  })
  const more = differing.length - named.length
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}
