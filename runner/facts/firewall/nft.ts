import { isMapping } from '../../inventory/check.js'
import { nftCondition } from './nft-match.js'
import type { Chain, Condition, Rule, RuleVerdict } from './ruleset.js'

/**
 * Parses the output of `nft -j list ruleset`.
 *
 * @param listing - of `nft -a list ruleset`, for the rules' own words.
 * @throws Error if it is not that.
 */
export function parseNft(json: string, listing: string): Chain[] {
  const parsed: unknown = JSON.parse(json)
  const items: unknown = isMapping(parsed) ? parsed['nftables'] : undefined
  if (!Array.isArray(items)) throw new Error('not the output of nft -j list ruleset')
  const objects = (kind: string) =>
    items.flatMap((item: unknown) => {
      const object = isMapping(item) ? item[kind] : undefined
      // IP packets are filtered by these families.
      return isMapping(object) && ['ip', 'ip6', 'inet', 'netdev'].includes(String(object['family'])) ? [object] : []
    })
  const sets = new Map(objects('set').map(set => [`${tableOf(set)} @${String(set['name'])}`, set]))
  const words = rulesByHandle(listing)
  const chains = objects('chain').map(chain => chainOf(chain))
  for (const rule of objects('rule')) {
    const table = tableOf(rule)
    const owner = chains.find(chain => chain.table === table && chain.name === rule['chain'])
    const text = words.get(`${table} ${String(rule['handle'])}`) ?? JSON.stringify(rule['expr'])
    const statements = Array.isArray(rule['expr']) ? rule['expr'] : []
    owner?.rules.push(...rulesOf(text, statements, name => sets.get(`${table} ${name}`)))
  }
  return chains
}

const tableOf = (object: Record<string, unknown>) =>
  `${String(object['family'])} ${String(object['table'] ?? object['name'])}`

function chainOf(chain: Record<string, unknown>): Chain {
  const { hook, policy, dev } = chain
  const devices = [dev].flat().filter(device => typeof device === 'string')
  return {
    table: tableOf(chain),
    name: String(chain['name']),
    rules: [],
    ...(typeof hook === 'string' && {
      base: { hook, policy: policy === 'drop' ? 'drop' : 'accept', ...(devices.length > 0 && { devices }) },
    }),
  }
}

/** The rules as people write them, by table and handle. */
function rulesByHandle(listing: string): Map<string, string> {
  const rules = new Map<string, string>()
  let table = ''
  for (const line of listing.split('\n')) {
    const [, name] = /^table (\S+ \S+) \{/.exec(line) ?? []
    if (name !== undefined) table = name
    const [, text, handle] = /^\t\t(.*\S)\s+# handle (\d+)$/.exec(line) ?? []
    if (text !== undefined) rules.set(`${table} ${handle}`, text)
  }
  return rules
}

type FindSet = (name: string) => Record<string, unknown> | undefined

/** A rule with a verdict map is one rule for each of its entries. */
function rulesOf(text: string, statements: unknown[], findSet: FindSet): Rule[] {
  const conditions: Condition[] = []
  for (const statement of statements) {
    const [kind, content] = (isMapping(statement) ? Object.entries(statement)[0] : undefined) ?? ['', undefined]
    if (kind === 'match') conditions.push(nftCondition(content, findSet))
    else if (kind === 'vmap') return entriesOf(text, content, conditions, findSet)
    else if (!passive.has(kind)) {
      const verdict = verdictOf(kind, content)
      if (verdict) return [{ text, conditions, verdict }]
      // A limit, a quota, or what this version of ha-run does not know.
      conditions.push(() => undefined)
      if (!limits.has(kind)) return [{ text, conditions, verdict: { kind: 'unknown' } }]
    }
  }
  return [{ text, conditions }]
}

const passive = new Set(['counter', 'log', 'comment'])
const limits = new Set(['limit', 'quota', 'ct count', 'xt'])

function verdictOf(kind: string, content: unknown): RuleVerdict | undefined {
  if (kind === 'accept' || kind === 'return') return { kind }
  if (kind === 'drop' || kind === 'reject') return { kind: 'drop' }
  if ((kind === 'jump' || kind === 'goto') && isMapping(content)) return { kind, chain: String(content['target']) }
  if (kind === 'continue') return { kind: 'unknown' }
  return undefined
}

function entriesOf(text: string, content: unknown, conditions: Condition[], findSet: FindSet): Rule[] {
  const unknown: Rule[] = [{ text, conditions: [...conditions, () => undefined], verdict: { kind: 'unknown' } }]
  const data = isMapping(content) ? content['data'] : undefined
  const entries: unknown = isMapping(data) ? data['set'] : undefined
  if (!isMapping(content) || !Array.isArray(entries)) return unknown
  const rules = entries.map((entry: unknown): Rule | undefined => {
    const [value, target] = Array.isArray(entry) ? (entry as unknown[]) : []
    const [kind, detail] = (isMapping(target) ? Object.entries(target)[0] : undefined) ?? ['', undefined]
    const verdict = verdictOf(kind, detail)
    return (
      verdict && {
        text,
        conditions: [...conditions, nftCondition({ op: '==', left: content['key'], right: value }, findSet)],
        verdict,
      }
    )
  })
  const known = rules.filter(rule => rule !== undefined)
  return known.length === rules.length ? known : unknown
}
