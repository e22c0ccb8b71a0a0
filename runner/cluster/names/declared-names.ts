import type { Explicit, Primitive } from '../declaration/declaration.js'

/** What a name in the inventory is: Pacemaker, or the agent of a resource, decides whether it has a meaning. */
export type NameKind = 'property' | 'resource default' | 'operation default' | 'meta attribute' | 'parameter'

/** A name that the inventory declares, and that ends up as the name of a value in the CIB. */
export interface DeclaredName {
  kind: NameKind
  name: string
  /** Its place in the inventory, below `cluster:`. */
  path: string[]
  /** The id of the resource that has it, or of its clone. */
  owner?: string
}

/** A declared primitive with the names of its parameters. */
export interface DeclaredParameters {
  primitive: Primitive
  names: DeclaredName[]
}

/** The declared properties and defaults. */
export function optionNames({
  properties,
  resourceDefaults,
  operationDefaults,
  resourceDefaultSets = [],
  operationDefaultSets = [],
}: Omit<Explicit, 'resources' | 'constraints' | 'corosync'>): DeclaredName[] {
  return [
    ...namesOf(properties, 'property', ['properties']),
    ...namesOf(resourceDefaults, 'resource default', ['resource_defaults']),
    ...resourceDefaultSets.flatMap(({ id, values }) => namesOf(values, 'resource default', ['resource_defaults', id])),
    ...namesOf(operationDefaults, 'operation default', ['operation_defaults']),
    ...operationDefaultSets.flatMap(({ id, values }) =>
      namesOf(values, 'operation default', ['operation_defaults', id]),
    ),
  ]
}

/** The declared meta attributes of resources and clones. */
export function metaNames({ resources }: Pick<Explicit, 'resources'>): DeclaredName[] {
  return resources.flatMap(({ id, meta, clone }) => [
    ...namesOf(meta, 'meta attribute', ['resources', id, 'meta'], id),
    ...namesOf(clone?.meta ?? {}, 'meta attribute', ['resources', id, 'clone'], clone?.id),
  ])
}

/** The declared parameters of each primitive. */
export function parameterNames({ resources }: Pick<Explicit, 'resources'>): DeclaredParameters[] {
  return resources.flatMap(resource =>
    resource.kind === 'primitive'
      ? {
          primitive: resource,
          names: namesOf(resource.params, 'parameter', ['resources', resource.id, 'params'], resource.id),
        }
      : [],
  )
}

function namesOf(values: Record<string, string>, kind: NameKind, path: string[], owner?: string): DeclaredName[] {
  return Object.keys(values).map(name => ({
    kind,
    name,
    path: [...path, name],
    ...(owner !== undefined && { owner }),
  }))
}
