import { file, skip, warn, type NodeTask, type TaskRef } from '../../runner/tasks/index.js'
import { sha256 } from '../../runner/hash.js'
import { foreignSkipReason } from '../../runner/cluster/adoption/foreign-cluster.js'
import { nodeProvenance } from '../../runner/cluster/adoption/provenance.js'
import { pageNote, pagePath } from '../../runner/cluster/apache.js'
import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import { fileText } from '../../runner/facts/files.js'

/** Whether the page may be replaced without a warning: it is missing, empty, or Debian's default page. */
export function isPlaceholder(text: string | undefined): boolean {
  return text === undefined || text.trim() === '' || /<title>Apache2 (Debian|Ubuntu) Default Page/.test(text)
}

/**
 * The page that Apache serves. A page that is not from ha-run is replaced only if a page is declared, and a copy of it is kept;
 * ha-run's default page replaces only a placeholder or a page that ha-run has written.
 */
export function page(cluster: Cluster, node: Node, needs: readonly TaskRef[]): NodeTask {
  const isDeclared = cluster.explicit.page !== undefined
  const text = cluster.page.replaceAll('{node}', node.name)
  const written = file(pagePath, {
    content: text,
    needs,
    keepFormer: current => !isPlaceholder(current) && current !== text,
  })
  return {
    ...written,
    async check(scope) {
      const [{ provenance }, note, found] = await Promise.all([
        scope.read(nodeProvenance),
        scope.read(fileText(pageNote)),
        written.check(scope),
      ])
      if (isDeclared || !Array.isArray(found) || found.length === 0) return found
      if (provenance === 'foreign') return skip(foreignSkipReason)
      const current = await scope.read(fileText(pagePath))
      if (note !== undefined || isPlaceholder(current) || current === text) return found
      return warn(
        `${pagePath} is not from ha-run, and no page is declared: the file is kept; declare \`page:\` to replace it`,
      )
    },
    async apply(scope, differences) {
      await written.apply(scope, differences)
      await scope.$({ input: `${sha256(text)}\n` })`mkdir -p -m 0755 /var/lib/ha-run && cat >${pageNote}`
    },
  }
}
