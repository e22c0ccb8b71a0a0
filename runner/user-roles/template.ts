/** The files of a new role, by their paths in its folder: an example to change, with a case for each state that it may find. */
export function templateOf(name: string): [path: string, text: string][] {
  const file = `/etc/${name}.conf`
  return [
    [
      'index.ts',
      `import { file, role, z } from 'ha-run'

// What it takes from the inventory: group_vars/, host_vars/, or a default.
const vars = z.object({
  greeting: z.string().default('Welcome'),
})

// The tasks of one node, in the order in which they run. Each has a check that only reads: \`ha-run ${name} --check --diff\`
// shows what would change. docs/blocks describes file and the other building blocks, docs/roles.md the rest.
export default role('${name}', { vars }, ({ cluster, node, vars }) => [
  file('${file}', { content: \`\${vars.greeting} to \${node.name} of \${cluster.name}\\n\` }),
])
`,
    ],
    [
      'test/bare.yml',
      `# A node without anything. \`ha-run test roles/${name}\` compares what each task finds there with the result.
result:
  write ${file}:
    ${file}:
      to: |
        Welcome to node1 of test
`,
    ],
    [
      'test/another-text.yml',
      `# The inventory declares another greeting than the one that is there.
vars:
  greeting: Hello
observed:
  files:
    ${file}: |
      Welcome to node1 of test
result:
  write ${file}:
    ${file}:
      from: |
        Welcome to node1 of test
      to: |
        Hello to node1 of test
`,
    ],
    [
      'test/in-sync.yml',
      `observed:
  files:
    ${file}: |
      Welcome to node1 of test
result:
  write ${file}: in sync
`,
    ],
  ]
}
