import Bowser from 'bowser'
import { memoize } from '../memoize.ts'
import { OPERATOR, UNKNOWN_BROWSER } from '../words/browser-labels.ts'
import type { Words } from '../words/words.ts'

const LONGEST = 512

// The parser makes up a name from the text of a browser that it does not know: anything that a stranger writes
// into a failed login would stand on the user's own pages.
const BROWSERS = new Set([...Object.values(Bowser.BROWSER_MAP), 'Miui', 'Opera Touch'])
const SYSTEMS = new Set(Object.values(Bowser.OS_MAP))

// Parsing takes longer than the rest of a page, and most browsers of a kind say the same.
/** In English words, such as "Firefox on Linux" or "Chrome on Android tablet". */
export const describeUserAgent = memoize((userAgent: string): string => {
  if (userAgent === '') return UNKNOWN_BROWSER
  const { browser, os, platform } = Bowser.parse(userAgent.slice(0, LONGEST))
  const name = BROWSERS.has(browser.name ?? '') ? browser.name : UNKNOWN_BROWSER
  if (!SYSTEMS.has(os.name ?? '')) return `${name}`
  return `${name} on ${platform.type === 'tablet' ? nameTabletSystem(os.name) : os.name}`
})

function nameTabletSystem(name = ''): string {
  return name === 'iOS' ? IPAD : name + TABLET
}

const IPAD = 'iPadOS'
const TABLET = ' tablet'
const PHONES = new Set(['Android', 'BlackBerry', 'HarmonyOS', 'iOS', 'Windows Phone'])

/** What kind of device describeUserAgent has described. A browser that is no browser we know is a program. */
export function kindOfDevice(described: string): 'desktop' | 'phone' | 'tablet' | 'program' {
  const [browser, system = ''] = described.split(' on ')
  if (system === IPAD || system.endsWith(TABLET)) return 'tablet'
  if (PHONES.has(system)) return 'phone'
  return browser === UNKNOWN_BROWSER && !system ? 'program' : 'desktop'
}

/** What describeUserAgent has made, in the words of a language. */
export function sayBrowser(described: string, { say }: Words): string {
  if (described === OPERATOR) return say('devices.operator')
  const [browser = '', system] = described.split(' on ')
  const name = browser === UNKNOWN_BROWSER ? say('devices.unknown-browser') : browser
  if (system === undefined) return name
  const isTablet = system.endsWith(TABLET)
  const bare = isTablet ? system.slice(0, -TABLET.length) : system
  const kind = isTablet ? 'tablet' : 'other'
  return say('devices.browser-on-system', { browser: name, system: bare, kind })
}
