import { existsSync } from 'node:fs'

/** Where the tests look for Chromium; none is ever downloaded. */
export const chromiumPath = process.env.CHROMIUM_PATH || '/usr/bin/chromium'

/** Whether this machine has one. */
export const hasChromium = existsSync(chromiumPath)
