/**
 * What ha-run owns in a cluster is recorded in tags of the CIB: two for what the inventory declares, and two for each name under
 * which a role of the user's declares objects.
 */

/** For whom ha-run owns objects and values: the ids of the tags that list them. */
export interface Owner {
  objects: string
  values: string
}

/** What the inventory declares. */
export const inventoryOwner: Owner = { objects: 'ha-run', values: 'ha-run.values' }

const rolePrefix = 'ha-run.role.'

/** What a role of the user's declares under a name. No name has a dot. */
export function roleOwner(name: string): Owner {
  return { objects: `${rolePrefix}${name}`, values: `${rolePrefix}${name}.values` }
}

/** Whether this tag lists the objects of an owner. */
export function isObjectsTag(tag: string): boolean {
  return tag === inventoryOwner.objects || (tag.startsWith(rolePrefix) && !tag.slice(rolePrefix.length).includes('.'))
}

/** What declares the objects that this tag lists, in words. */
export function ownerName(tag: string): string {
  return tag === inventoryOwner.objects ? 'the inventory' : `cibObjects("${tag.slice(rolePrefix.length)}")`
}

/** Whether this is a tag in which ha-run records what it owns. */
export function isOwnTag(id: string): boolean {
  return id === inventoryOwner.objects || id === inventoryOwner.values || id.startsWith(rolePrefix)
}
