import type { Request } from 'express'
import { systemClock } from '../clock.ts'
import { days, minutes } from '../durations.ts'
import { takeFingerprint } from './fingerprint.ts'
import type { GivenOptions, GuardOptions, LoginManagerOptions } from './options.ts'
import { createMemoryRememberStore } from './remember-store.ts'

/** Takes what an application says; returns all options, Flask-Login's defaults where they are safe ones. */
export function withDefaults<User>(given: GivenOptions<User>): LoginManagerOptions<User> {
  const remember = { ...defaultRemember(), ...given.remember }
  return { ...defaultGuards, ...defaultManager<User>(), ...given, remember }
}

const defaultGuards: GuardOptions = {
  loginView: null,
  loginMessage: 'Please log in to access this page.',
  loginMessageCategory: 'message',
  refreshView: null,
  needsRefreshMessage: 'Please reauthenticate to access this page.',
  needsRefreshMessageCategory: 'message',
  homeView: '/',
  alreadyLoggedInMessage: null,
  onUnauthorized: null,
  onNeedsRefresh: null,
  nextIn: 'query',
  exemptMethods: ['OPTIONS'],
}

function defaultManager<User>() {
  return {
    origin: 'http://localhost:3000',
    clock: systemClock,
    loadUser: null,
    loadUserFromRequest: null,
    getId: idOf<User>,
    isActive: (user: User) => (user as { isActive?: boolean }).isActive !== false,
    flash: () => {},
    localize: (message: string) => message,
    sessionProtection: 'basic' as const,
    fingerprint: (req: Request) => takeFingerprint(req),
    freshFor: minutes(10),
    sessionFields: async () => ({}),
    carriedKeys: [],
    logOutDevice: null,
    endStolenSeries: null,
  }
}

function idOf<User>(user: User): string {
  const { id } = user as { id?: unknown }
  if (id === undefined || id === null)
    throw new Error('A user without an id needs the option getId')
  return String(id)
}

function defaultRemember(): LoginManagerOptions<unknown>['remember'] {
  return {
    name: 'remember_token',
    duration: days(30),
    path: '/',
    domain: null,
    secure: false,
    httpOnly: true,
    sameSite: 'lax',
    refreshEachRequest: false,
    store: createMemoryRememberStore(),
  }
}
