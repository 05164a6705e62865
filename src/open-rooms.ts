import type { Accounts } from './accounts/accounts.ts'
import { createHashGate, type HashGate, hashesAtOnce } from './accounts/hash-gate.ts'
import { createLinkUrls } from './accounts/link-tokens.ts'
import { createPasswords } from './accounts/password-hash.ts'
import { APP_NAME } from './app-name.ts'
import { createAttemptCounters } from './database/attempt-counters.ts'
import { createBrowsers } from './http/browsers.ts'
import { createDoor } from './http/door.ts'
import { createFlashes } from './http/flash.ts'
import { createSignedCookies } from './http/signed-cookies.ts'
import { createThrottle } from './http/throttle.ts'
import { type MailRoom, openMailRoom } from './mail/mail.ts'
import { openAuth, openAuthentication, openSessionStore } from './open-auth.ts'
import type { Parts, Rooms } from './rooms.ts'
import { isSecure, type Settings } from './settings.ts'

/** Takes the parts; returns the rooms, joined where one needs something of another without knowing it. */
export function openRooms(parts: Parts): Rooms {
  const { clock, database, settings } = parts
  const { secrets } = settings
  const cookies = createSignedCookies({ secrets, isSecure: isSecure(settings) })
  const flashes = createFlashes(cookies)
  const browsers = createBrowsers(cookies)
  const gate = openHashGate(settings)
  const door = createDoor(() => gate.capacity)
  const accounts = openAccounts(parts, gate)
  const sessionStore = openSessionStore(parts, browsers)
  return {
    ...parts,
    accounts,
    auth: openAuth(parts, { accounts, browsers, cookies, flashes, sessionStore }),
    authenticate: openAuthentication(parts, accounts),
    sessionStore,
    browsers,
    cookies,
    flashes,
    throttle: createThrottle(createAttemptCounters(database), clock, settings.throttle),
    mail: openMail(parts),
    limitHashing: door.enter,
    refuseIfBusy: door.refuseIfFull,
  }
}

/** Takes the parts; returns the mail room: what sends mail, not started yet, and what was sent. */
export function openMail({ settings, ...parts }: Parts): MailRoom {
  const linkUrl = createLinkUrls(settings.secrets, settings.appUrl)
  return openMailRoom({ ...parts, ...settings, appName: APP_NAME, linkUrl })
}

// The processes of one machine share its cores.
function openHashGate({ processes }: Settings): HashGate {
  return createHashGate({ concurrency: Math.max(1, Math.floor(hashesAtOnce() / processes)) })
}

function openAccounts({ database, clock, settings }: Parts, gate: HashGate): Accounts {
  const passwords = createPasswords({ cost: settings.bcryptCost, gate })
  const passwordRules = { minLength: settings.passwordMinLength, appName: APP_NAME }
  const mustConfirm = settings.registration === 'verified'
  return { database, passwords, clock, mustConfirm, passwordRules }
}
