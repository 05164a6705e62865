import Bowser from 'bowser'
import type { Words } from '../words/words.ts'

const LONGEST = 512
const UNKNOWN = 'Unknown browser'

// The parser makes up a name from the text of a browser that it does not know: anything that a stranger writes
// into a failed login would stand on the user's own pages.
const BROWSERS = new Set([...Object.values(Bowser.BROWSER_MAP), 'Miui', 'Opera Touch'])
const SYSTEMS = new Set(Object.values(Bowser.OS_MAP))

/** In English words, such as "Firefox on Linux". */
export function describeUserAgent(userAgent: string): string {
  if (userAgent === '') return UNKNOWN
  const { browser, os } = Bowser.parse(userAgent.slice(0, LONGEST))
  const name = BROWSERS.has(browser.name ?? '') ? browser.name : UNKNOWN
  return SYSTEMS.has(os.name ?? '') ? `${name} on ${os.name}` : `${name}`
}

/** What describeUserAgent has made, in the words of a language. */
export function sayBrowser(described: string, { say }: Words): string {
  const [browser = '', system] = described.split(' on ')
  const name = browser === UNKNOWN ? say('devices.unknown-browser') : browser
  return system === undefined ? name : say('devices.browser-on-system', { browser: name, system })
}
