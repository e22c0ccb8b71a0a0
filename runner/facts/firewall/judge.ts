import { flowFamily, hooks, type Chain, type Flow, type RuleVerdict } from './ruleset.js'

/** What the rules of a node do with a flow. */
export interface Judgement {
  /** `unclear`: it depends on rules that ha-run does not understand. */
  verdict: 'passes' | 'dropped' | 'unclear'
  /** The rules that drop it, or on which it depends: the first one of each base chain. */
  rules: DecidingRule[]
}

export interface DecidingRule {
  /** The rule or policy, as the tool prints it. */
  text: string
  /** The chain that has it. */
  chain: Chain
  /** The chain that the kernel calls. */
  base: Chain
}

interface Outcome {
  kind: 'accept' | 'drop' | 'return' | 'continue' | 'unknown'
  rule: Omit<DecidingRule, 'base'>
  /** Whether the rule applies to all packets of the flow that reach it. */
  isCertain: boolean
  /** The rule that is not understood, if the outcome depends on one. */
  doubt?: Omit<DecidingRule, 'base'>
}

/**
 * A packet passes if each base chain on its way accepts it: an `accept` ends a base chain, and the others still decide. If it is not
 * known whether a rule applies, both cases are followed. So a rule that is not understood matters only if it can change the result.
 */
export function judge(chains: Chain[], flow: Flow): Judgement {
  const judged = chains
    .filter(({ table, base }) => base && isOfFamily(table, flow) && isOnPath(base, flow))
    .map(base => judgeBase(chains, base, flow))
  const dropped = judged.filter(({ verdict }) => verdict === 'dropped')
  if (dropped.length > 0) return { verdict: 'dropped', rules: dropped.flatMap(({ rules }) => rules) }
  const unclear = judged.filter(({ verdict }) => verdict === 'unclear')
  return { verdict: unclear.length > 0 ? 'unclear' : 'passes', rules: unclear.flatMap(({ rules }) => rules) }
}

/** The families `inet` and `netdev` get packets of both. */
function isOfFamily(table: string, flow: Flow): boolean {
  return !table.startsWith(flowFamily(flow) === 6 ? 'ip ' : 'ip6 ')
}

function isOnPath({ hook, devices }: NonNullable<Chain['base']>, { direction, interface: name }: Flow): boolean {
  const hasDevice = devices === undefined || name === undefined || devices.includes(name)
  return (hooks[direction] as readonly string[]).includes(hook) && hasDevice
}

function judgeBase(chains: Chain[], base: Chain, flow: Flow): Judgement {
  const policy = base.base?.policy ?? 'accept'
  const policyRule = { text: `policy ${policy}`, chain: base }
  const outcomes = outcomesOf(chains, base, flow, 0).map(outcome =>
    ends(outcome) ? outcome : { ...outcome, kind: policy, rule: policyRule },
  )
  const [first] = outcomes
  if (!first || outcomes.every(({ kind }) => kind === 'accept')) return { verdict: 'passes', rules: [] }
  // Versions of nft up to 1.0.6 do not print whose packets a chain of the hook ingress gets.
  if (base.base?.hook === 'ingress' && !base.base.devices)
    return { verdict: 'unclear', rules: [{ ...first.rule, base }] }
  if (outcomes.every(({ kind }) => kind === 'drop')) {
    const { rule } = outcomes.find(({ isCertain }) => isCertain) ?? first
    return { verdict: 'dropped', rules: [{ ...rule, base }] }
  }
  // What happens if no doubtful rule applies is last: the rule that may change it is named.
  const usual = outcomes.at(-1)?.kind
  const doubtful =
    outcomes.find(({ kind, doubt }) => kind === 'unknown' || (doubt && kind !== usual)) ??
    outcomes.find(({ doubt }) => doubt) ??
    first
  return { verdict: 'unclear', rules: [{ ...(doubtful.doubt ?? doubtful.rule), base }] }
}

/** Accepted or dropped, as far as this base chain is concerned. */
const ends = ({ kind }: Outcome) => kind === 'accept' || kind === 'drop' || kind === 'unknown'

/** The kernel allows 16 jumps in a row (NFT_JUMP_STACK_SIZE in include/net/netfilter/nf_tables.h). */
const maximumDepth = 16

/** What may happen to a flow in a chain, each kind once. `continue`: the chain ends without a decision. */
function outcomesOf(chains: Chain[], chain: Chain, flow: Flow, depth: number): Outcome[] {
  const possible: Outcome[] = []
  let doubt: Outcome['doubt']
  for (const { text, conditions, verdict } of chain.rules) {
    const rule = { text, chain }
    const applies = conjunction(conditions.map(condition => condition(flow)))
    if (applies === false || verdict === undefined) continue
    const results = resultsOf(chains, rule, verdict, flow, depth).map(result => ({
      ...result,
      ...(applies === undefined && { isCertain: false, doubt: result.doubt ?? rule }),
    }))
    possible.push(...results.filter(({ kind }) => kind !== 'continue'))
    doubt = applies === undefined ? (doubt ?? rule) : (doubt ?? results.find(({ kind }) => kind === 'continue')?.doubt)
    if (applies === true && results.every(({ kind }) => kind !== 'continue')) return distinct(possible)
  }
  return distinct([
    ...possible,
    { kind: 'continue', rule: { text: 'end of the chain', chain }, isCertain: true, ...(doubt && { doubt }) },
  ])
}

/** What may happen if the rule applies. */
function resultsOf(chains: Chain[], rule: Outcome['rule'], verdict: RuleVerdict, flow: Flow, depth: number): Outcome[] {
  if (verdict.kind !== 'jump' && verdict.kind !== 'goto') return [{ kind: verdict.kind, rule, isCertain: true }]
  const target = chains.find(({ table, name }) => table === rule.chain.table && name === verdict.chain)
  if (!target || depth >= maximumDepth) return [{ kind: 'unknown', rule, isCertain: true, doubt: rule }]
  const left = verdict.kind === 'jump' ? 'continue' : 'return'
  return outcomesOf(chains, target, flow, depth + 1).map(outcome =>
    ends(outcome) ? outcome : { ...outcome, kind: left },
  )
}

/** One outcome of each kind, with a rule that is sure to apply if there is one. */
function distinct(outcomes: Outcome[]): Outcome[] {
  const chosen = outcomes.map(
    ({ kind }) =>
      outcomes.find(other => other.kind === kind && other.isCertain) ?? outcomes.find(other => other.kind === kind),
  )
  return outcomes.filter(outcome => chosen.includes(outcome))
}

function conjunction(values: (boolean | undefined)[]): boolean | undefined {
  if (values.includes(false)) return false
  return values.includes(undefined) ? undefined : true
}
