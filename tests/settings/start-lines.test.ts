import { describe, expect, test } from 'vitest'
import { describeStart, findDoubts } from '../../src/settings/start-lines.ts'
import { readSettings } from '../support/app.ts'

const SMTP_URL = 'smtp://ada:hunter2@mail.example:587'
const PRODUCTION = {
  NODE_ENV: 'production',
  APP_URL: 'https://app.example',
  BCRYPT_COST: '10',
  THROTTLE: 'on',
}

const sayMail = (variables: Record<string, string>) =>
  describeStart(readSettings(variables), 3000).find((line) => line.startsWith('Mail: '))

describe('the start', () => {
  test('says where mail is kept in development, at the port it was given', () => {
    expect(sayMail({})).toBe('Mail: kept, see http://localhost:3000/dev/mailbox')
    expect(sayMail({ APP_URL: 'https://dev.example' })).toBe(
      'Mail: kept, see https://dev.example/dev/mailbox',
    )
  })

  test('says which server mail goes through, and not how to log in there', () => {
    expect(sayMail({ SMTP_URL })).toBe('Mail: sent through mail.example:587')
  })

  test('warns in production that nobody gets mail, until there is a server for it', () => {
    const warning = 'WARNING: SMTP_URL is not set: nobody gets any mail.'

    expect(sayMail(PRODUCTION)).toBe('Mail: none is sent, as SMTP_URL is not set')
    expect(findDoubts(readSettings(PRODUCTION))).toEqual([warning])
    expect(findDoubts(readSettings({ ...PRODUCTION, SMTP_URL }))).toEqual([])
    expect(findDoubts(readSettings({}))).toEqual([])
  })
})
