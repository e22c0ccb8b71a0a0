import type { LabNodes } from '../lab-nodes.js'

const over = '/run/address-samples-over'

/** Every 50 ms: the time in ms, and 1 if the node has the address; until the file is there. */
const sampling = `exec bash -c '
exec 9<> <(:)
while [ ! -e ${over} ]; do
  [ -n "$(ip -o -4 addr show to 192.168.0.10/32)" ] && has=1 || has=0
  echo "\${EPOCHREALTIME/[.,]/} $has"
  read -rt 0.05 -u 9
done
rm ${over}'`

/** Where the floating IP was. A move can look like 50 ms on two nodes or on none, since nodes are sampled apart. */
export interface AddressSamples {
  /** One after the other, without repetition: names of nodes, `none`, or several names with a plus. */
  holders: string[]
  twiceMs: number
  noneMs: number
  /** Of all nodes together. */
  samples: number
  /** The longest time without a sample of one of the nodes. */
  longestGapMs: number
}

/** Samples on all nodes who has the floating IP while something is done. */
export async function samplingAddress(site: LabNodes, work: () => Promise<unknown>): Promise<AddressSamples> {
  const names = site.lab.nodes.map(({ name }) => name)
  const sampled = Promise.all(names.map(async name => site.on(name, sampling)))
  try {
    await Promise.race([work(), sampled])
  } finally {
    await site.onAll(`: >${over}`)
  }
  return addressSamples(names, await sampled)
}

/** What the samples say from when every node has been sampled once. */
export function addressSamples(names: string[], texts: string[]): AddressSamples {
  const samples = texts
    .flatMap((text, at) =>
      text
        .split('\n')
        .filter(line => line !== '')
        .map(line => {
          const [time = '', has] = line.split(' ')
          return { name: names[at]!, ms: Number(time) / 1000, has: has === '1' }
        }),
    )
    .toSorted((one, other) => one.ms - other.ms)
  const last = new Map<string, { ms: number; has: boolean }>()
  const result: AddressSamples = { holders: [], twiceMs: 0, noneMs: 0, samples: samples.length, longestGapMs: 0 }
  let since = 0
  for (const { name, ms, has } of samples) {
    const state = result.holders.at(-1)
    if (state === 'none') result.noneMs += ms - since
    if (state?.includes('+')) result.twiceMs += ms - since
    since = ms
    result.longestGapMs = Math.max(result.longestGapMs, ms - (last.get(name)?.ms ?? ms))
    last.set(name, { ms, has })
    const holders = names.filter(each => last.get(each)?.has).join('+') || 'none'
    if (last.size === names.length && holders !== state) result.holders.push(holders)
  }
  for (const field of ['twiceMs', 'noneMs', 'longestGapMs'] as const) result[field] = Math.round(result[field])
  return result
}
