/** HA_RUN_LAB=required (CI): no test is skipped, and what tests use (a lab's packages, a browser) is installed on this machine. */
export const isRequired = process.env['HA_RUN_LAB'] === 'required'
