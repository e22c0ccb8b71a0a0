/** The text of fence-plug.sh, which build.js makes a module of. */
declare const text: string
export default text
