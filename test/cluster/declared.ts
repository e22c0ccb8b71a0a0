import type { DeclaredCib } from '../../runner/cluster/cib/cib.js'
import type { FencingObjects } from '../../runner/cluster/cib/fencing.js'
import type {
  Constraint,
  FencingDevice,
  Operation,
  Primitive,
  ResourceGroup,
  SecretSource,
} from '../../runner/cluster/declaration/declaration.js'
import { Secret } from '../../runner/secret.js'

/** A declaration as a case writes it: what does not matter left out. */
export interface ShortDeclaration extends Pick<
  DeclaredCib,
  'nodeValues' | 'alerts' | 'tags' | 'acls' | 'resourceDefaultSets' | 'operationDefaultSets'
> {
  resources?: (
    | ({ kind: 'primitive' } & Pick<Primitive, 'id' | 'agent'> &
        Partial<Omit<Primitive, 'operations'>> & { operations?: (Omit<Operation, 'options'> & Partial<Operation>)[] })
    | (Pick<ResourceGroup, 'kind' | 'id' | 'members'> & Partial<ResourceGroup>)
  )[]
  constraints?: Constraint[]
  properties?: Record<string, string>
  resourceDefaults?: Record<string, string>
  operationDefaults?: Record<string, string>
  /** With the texts of secrets, or with the sources of secrets that were not read. */
  devices?: {
    devices: (Pick<FencingDevice, 'id' | 'agent' | 'fences'> & {
      params?: Record<string, string>
      secrets?: Record<string, string | SecretSource>
    })[]
    levels?: FencingObjects['levels']
  }
  fencingProperties?: Record<string, string>
}

type DeclaredOptions = Required<
  Pick<DeclaredCib, 'resources' | 'properties' | 'resourceDefaults' | 'operationDefaults'>
>

/** The declaration, complete. */
export function declaredOf({ devices, ...short }: ShortDeclaration): DeclaredCib & DeclaredOptions {
  return {
    ...(devices && { devices: { levels: {}, ...devices, devices: devices.devices.map(deviceOf) } }),
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

function deviceOf({
  secrets = {},
  ...device
}: NonNullable<ShortDeclaration['devices']>['devices'][number]): FencingDevice {
  const sources = Object.entries(secrets).map(([name, secret]) => [
    name,
    typeof secret === 'string' ? { value: new Secret(Buffer.from(secret)) } : secret,
  ])
  return { params: {}, ...device, secrets: Object.fromEntries(sources) }
}
