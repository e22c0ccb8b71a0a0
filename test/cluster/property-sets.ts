/** A CIB with these property sets. */
export function cibWith(sets: Record<string, Record<string, string>>): string {
  const set = (id: string, values: Record<string, string>) =>
    `<cluster_property_set id="${id}">${Object.entries(values)
      .map(([name, value]) => `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`)
      .join('')}</cluster_property_set>`
  return `<cib><configuration><crm_config>${Object.entries(sets)
    .map(([id, values]) => set(id, values))
    .join('')}</crm_config></configuration></cib>`
}
