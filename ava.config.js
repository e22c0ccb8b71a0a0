/** Unit tests: they need no lab, and run side by side. `npm run check` */
export default {
  files: ['dist/test/**/*.test.js', '!dist/test/end-to-end/**'],
  // Tests start processes, and set their environment.
  workerThreads: false,
  // More than there are processors, since many of them wait for a process of theirs.
  concurrency: 4,
  timeout: '2m',
}
