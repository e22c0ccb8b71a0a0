/** The names of the directories in roles/, which build.js writes into a module. */
declare const names: readonly string[]
export default names
