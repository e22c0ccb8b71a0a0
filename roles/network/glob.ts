/**
 * Whether a name matches a shell pattern of `*`, `?` and `[…]`, as fnmatch(3) without flags.
 */
export function globMatches(pattern: string, name: string): boolean {
  const source = pattern.replace(/\[!?[^\]]+\]|[\s\S]/g, (part) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    if (part.length > 1) return part.replace('[!', '[^').replaceAll('\\', '\\\\')
    return part.replace(/[\\^$.|+()[\]{}]/, '\\$&')
  })
  return new RegExp(`^(?:${source})$`, 's').test(name)
}
