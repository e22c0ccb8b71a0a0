export default { files: ['dist/test/**/*.test.js', '!dist/test/end-to-end/**'], workerThreads: false, timeout: '2m' }
