import { specimenNames } from '../foreign/index.js'
import { testSpecimen } from '../foreign/specimen-test.js'

/** `npm run test:foreign`: every cluster that somebody else has built. */
for (const specimen of specimenNames) testSpecimen(specimen)
