import { days, hours } from '../durations.ts'
import type { Text } from '../words/words.ts'
import type { Activity } from './activity.ts'
import type { EventKind } from './events.ts'
import type { User } from './users.ts'

/** What needs the attention of a user, and where they see to it. The last event that says so, if one does. */
type Concern = { text: Text; way: 'verify' | 'activity' | 'devices'; event?: Activity }

// Fewer wrong passwords than three are slips of the fingers.
const RULES = [
  { kind: 'remember-token-stolen', way: 'devices', within: days(7), least: 1 },
  { kind: 'new-device', way: 'devices', within: days(7), least: 1 },
  { kind: 'login-failed', way: 'activity', within: days(7), least: 3 },
  { kind: 'password-check-failed', way: 'activity', within: days(7), least: 3 },
  { kind: 'email-undo-disputed', way: 'activity', within: days(7), least: 1 },
  { kind: 'reset-requested', way: 'activity', within: hours(1), least: 1 },
] as const satisfies { kind: EventKind; way: Concern['way']; within: number; least: number }[]

/** What ends the links that choose a new password. */
const NEW_PASSWORDS: readonly string[] = [
  'password-reset',
  'password-changed',
] satisfies EventKind[]

/** Read off what a page knows anyway: the user, and the latest events. */
export function findConcerns(
  { emailVerifiedAt }: Pick<User, 'emailVerifiedAt'>,
  events: Activity[],
  { now, deviceId }: { now: Date; deviceId: string | null },
): Concern[] {
  const isRecent = (event: Activity, within: number) => now.getTime() - event.at.getTime() < within
  // What this device did itself is no news to its user.
  const others = events.filter((event) => event.deviceId === null || event.deviceId !== deviceId)
  const newPassword = events.find(({ kind }) => NEW_PASSWORDS.includes(kind))
  const isOver = ({ kind, at }: Activity) =>
    kind === 'reset-requested' && newPassword !== undefined && newPassword.at >= at
  const found = RULES.flatMap(({ kind, way, within, least }): Concern[] => {
    const [latest, ...earlier] = others.filter(
      (event) => event.kind === kind && isRecent(event, within) && !isOver(event),
    )
    if (!latest) return []
    const count = earlier.reduce((sum, event) => sum + event.count, latest.count)
    return count < least ? [] : [{ text: [`concern.${kind}`, { count }], way, event: latest }]
  })
  return emailVerifiedAt ? found : [{ text: 'concern.email-unverified', way: 'verify' }, ...found]
}
