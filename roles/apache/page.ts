import { file, sha256 } from '../../runner/tasks/file.js'
import { nodeStanding } from '../../runner/cluster/adoption/standing.js'
import { pageNote, pagePath } from '../../runner/cluster/apache.js'
import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import { skip, warn, type NodeTask } from '../../runner/tasks/task.js'
import { fileText } from '../../runner/facts/files.js'

/** Whether a page that is not the wanted one may be replaced without a word about it: Debian's own, or none. */
export function isPlaceholder(text: string | undefined): boolean {
  return text === undefined || text.trim() === '' || /<title>Apache2 (Debian|Ubuntu) Default Page/.test(text)
}

/**
 * The page that Apache serves. What somebody else has put there is replaced only by a page that is declared, and is then
 * kept once; our default replaces nothing, Debian's own page, or what ha-run has written.
 */
export function page(cluster: Cluster, node: Node, needs: readonly string[]): NodeTask {
  const isDeclared = cluster.explicit.page !== undefined
  const text = cluster.page.replaceAll('{node}', node.name)
  const written = file(pagePath, { content: text, needs, keepFormer: current => !isPlaceholder(current) && current !== text })
  return {
    ...written,
    async check(scope) {
      const [{ standing }, note, found] = await Promise.all([scope.read(nodeStanding), scope.read(fileText(pageNote)), written.check(scope)])
      if (isDeclared || !Array.isArray(found) || found.length === 0) return found
      if (standing === 'found') return skip('kept as it was found')
      const current = await scope.read(fileText(pagePath))
      if (note !== undefined || isPlaceholder(current) || current === text) return found
      return warn(`${pagePath} is somebody's own, and no page is declared: it stays; declare \`page:\` to replace it`)
    },
    async apply(scope, differences) {
      await written.apply(scope, differences)
      await scope.$({ input: `${sha256(text)}\n` })`mkdir -p -m 0755 /var/lib/ha-run && cat >${pageNote}`
    },
  }
}
