/** A rule of nft as a command in /etc/nftables.conf or on its command line. @param rule - `inet filter input ip saddr …` */
export const insertLine = (rule: string) => `insert rule ${rule} comment "ha-run"`

const begin =
  '# Rules of ha-run (firewall: open in the inventory): remove these lines together with the chains that they name.\n'
const end = '# End of the rules of ha-run.\n'

/**
 * /etc/nftables.conf with more rules at its end. `insert` puts a rule before all others of its chain, so that the rest of the file need
 * not be understood.
 */
export function withRules(text: string, rules: string[]): string {
  const at = text.indexOf(begin)
  const until = text.indexOf(end, at)
  const hasBlock = at !== -1 && until !== -1
  const present = hasBlock
    ? text
        .slice(at + begin.length, until)
        .split('\n')
        .filter(line => line !== '')
    : []
  const lines = [...new Set([...present, ...rules.map(rule => insertLine(rule))])]
  const before = hasBlock ? text.slice(0, at) : text === '' || text.endsWith('\n') ? `${text}\n` : `${text}\n\n`
  return `${before}${begin}${lines.join('\n')}\n${end}${hasBlock ? text.slice(until + end.length) : ''}`
}
