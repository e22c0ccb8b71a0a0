import type { DeclaredCib } from '../../runner/cluster/cib/cib.js'
import type { Constraint, Operation, Primitive, ResourceGroup } from '../../runner/cluster/declaration/declaration.js'

/** A declaration as a case writes it: what does not matter left out. */
export interface ShortDeclaration {
  resources?: (
    | ({ kind: 'primitive' } & Pick<Primitive, 'id' | 'agent'> &
        Partial<Omit<Primitive, 'operations'>> & { operations?: (Omit<Operation, 'options'> & Partial<Operation>)[] })
    | (Pick<ResourceGroup, 'kind' | 'id' | 'members'> & Partial<ResourceGroup>)
  )[]
  constraints?: Constraint[]
  properties?: Record<string, string>
  resourceDefaults?: Record<string, string>
  operationDefaults?: Record<string, string>
}

/** The declaration, complete. */
export function declaredOf(short: ShortDeclaration): DeclaredCib {
  return {
    constraints: [],
    properties: {},
    resourceDefaults: {},
    operationDefaults: {},
    ...short,
    resources: (short.resources ?? []).map(resource =>
      resource.kind === 'group'
        ? { meta: {}, ...resource }
        : {
            params: {},
            meta: {},
            ...resource,
            operations: (resource.operations ?? []).map(operation => ({ options: {}, ...operation })),
          },
    ),
  }
}
