/**
 * Whether a name matches a shell glob with `*`, `?`, `[abc]`, `[a-c]` and `[!abc]`, as Python's fnmatch has it.
 */
export function matchesGlob(name: string, glob: string): boolean {
  const source = glob.replace(
    /\*|\?|\[(!?)([^\]]+)\]|[\\^$.+(){}|[\]/]/g,
    (token, not: string | undefined, characters: string | undefined) => {
      if (token === '*') return '.*'
      if (token === '?') return '.'
      if (characters === undefined) return `\\${token}`
      return `[${not ? '^' : ''}${characters.replace(/[\\^[\]]/g, '\\$&')}]`
    },
  )
  try {
    return new RegExp(`^${source}$`, 'su').test(name)
  } catch {
    // A class such as [z-a] matches nothing.
    return false
  }
}
