import type { Person } from '../support/users.ts'

/** A form of the site: where it is shown, where it is sent, what it asks, and whether one has to be logged in. */
export type SiteForm = {
  action: string
  fields: string[]
  isForMembers: boolean
  /** The value with which a field is right, where the others are to be tried. */
  rightFields: (person: Person) => Record<string, string>
}

const NEW_PASSWORD = 'mauve otter gantry 71 plum'
const nothing = () => ({})

/** Every form of the site. */
export const FORMS: SiteForm[] = [
  {
    action: '/register',
    fields: ['username', 'email', 'password', 'confirm'],
    isForMembers: false,
    rightFields: () => {
      const name = `eve${Math.random().toString(36).slice(2)}`
      return {
        username: name,
        email: `${name}@example.org`,
        password: NEW_PASSWORD,
        confirm: NEW_PASSWORD,
      }
    },
  },
  {
    action: '/login',
    fields: ['username', 'password', 'remember', 'next'],
    isForMembers: false,
    rightFields: ({ username, password }) => ({ username, password }),
  },
  {
    action: '/forgot-password',
    fields: ['email'],
    isForMembers: false,
    rightFields: ({ email }) => ({ email }),
  },
  {
    action: '/resend-verification',
    fields: ['email'],
    isForMembers: false,
    rightFields: ({ email }) => ({ email }),
  },
  {
    action: '/reset-password',
    fields: ['password', 'confirm'],
    isForMembers: false,
    rightFields: nothing,
  },
  {
    action: '/verify-email',
    fields: ['password', 'unknown'],
    isForMembers: false,
    rightFields: nothing,
  },
  { action: '/undo-email', fields: [], isForMembers: false, rightFields: nothing },
  { action: '/restore-account', fields: [], isForMembers: false, rightFields: nothing },
  { action: '/logout', fields: [], isForMembers: false, rightFields: nothing },
  {
    action: '/reauthenticate',
    fields: ['password', 'next'],
    isForMembers: true,
    rightFields: ({ password }) => ({ password }),
  },
  {
    action: '/account',
    fields: ['name', 'username', 'email'],
    isForMembers: true,
    rightFields: ({ username, email }) => ({ name: username, username, email }),
  },
  { action: '/account/verify-email', fields: [], isForMembers: true, rightFields: nothing },
  { action: '/account/keep-email', fields: [], isForMembers: true, rightFields: nothing },
  {
    action: '/account/password',
    fields: ['current', 'password', 'confirm'],
    isForMembers: true,
    rightFields: nothing,
  },
  {
    action: '/account/devices/0e4f6e2e-6a86-4b3f-9a47-0d6d2f4c9f10/revoke',
    fields: [],
    isForMembers: true,
    rightFields: nothing,
  },
  {
    action: '/account/devices/revoke-others',
    fields: [],
    isForMembers: true,
    rightFields: nothing,
  },
  { action: '/account/export', fields: [], isForMembers: true, rightFields: nothing },
  {
    action: '/account/delete',
    fields: ['username', 'password'],
    isForMembers: true,
    rightFields: ({ username }) => ({ username }),
  },
]
