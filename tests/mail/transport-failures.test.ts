import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { mail, never, transportTo } from './support/outgoing.ts'
import { openPostOffice, openSilence, reply } from './support/post-office.ts'

const failure = (sending: Promise<unknown>): Promise<string> => sending.then(() => 'none', String)

describe('a mail over SMTP that does not go out', () => {
  test('is refused for good only when the server refuses the recipient for good', async () => {
    const office = await openPostOffice({
      onRcptTo: (_address, _session, done) => done(reply(550, 'no such user')),
    })

    expect(await transportTo(office.url)(mail(), never)).toBe('refused')
  })

  test.each([
    ['greylisting', { onRcptTo: refuseWith(451) }, 'RCPT TO: EENVELOPE 451'],
    ['a sender it does not know', { onMailFrom: refuseWith(550) }, 'MAIL FROM: EENVELOPE 550'],
    ['a full disk', { onData: refuseWith(452) }, 'DATA: EMESSAGE 452'],
    ['words it does not like', { onData: refuseWith(554) }, 'DATA: EMESSAGE 554'],
    ['any connection', { onConnect: refuseConnection }, 'CONN: EPROTOCOL 421'],
  ])('may go another time after %s', async (_case, options, words) => {
    const office = await openPostOffice(options)

    expect(await failure(transportTo(office.url)(mail(), never))).toBe(`Error: ${words}`)
  })

  test('may go another time after a wrong password', async () => {
    const office = await openPostOffice({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(reply(535, 'wrong password')),
    })
    const url = office.url.replace('//', '//ada:hunter2@')

    expect(await failure(transportTo(url)(mail(), never))).toBe('Error: AUTH PLAIN: EAUTH 535')
  })

  test('may go another time when no server listens', async () => {
    const office = await openPostOffice()
    await office.close()

    expect(await failure(transportTo(office.url)(mail(), never))).toBe('Error: CONN: ECONNREFUSED')
  })

  test('is called off when a server takes the connection and says nothing', async () => {
    const silence = await openSilence()

    const sending = transportTo(silence.url)(mail(), AbortSignal.timeout(100))

    expect(await failure(sending)).toMatch(/EABORT/)
  })

  test('is called off when a server takes the mail and never says so', async () => {
    const office = await openPostOffice({
      onData: (stream) => void stream.resume(),
      closeTimeout: 1,
    })
    const controller = new AbortController()
    const sending = failure(transportTo(office.url)(mail(), controller.signal))

    setTimeout(() => controller.abort(), 100)

    expect(await sending).toMatch(/EABORT/)
  })

  test('gives no password to another host that offers no encryption', async () => {
    let isAsked = false
    const office = await openPostOffice({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => {
        isAsked = true
        done(null, { user: 'ada' })
      },
    })
    // Another name of this machine.
    const url = office.url.replace('//127.0.0.1', '//ada:hunter2@127.1')

    expect(await failure(transportTo(url)(mail(), never))).toMatch(/ETLS/)
    expect(isAsked).toBe(false)
  })
})

// Neither handler may be kept waiting for what the client still has to say.
function refuseWith(code: number) {
  return (data: unknown, _session: unknown, done: (error: Error) => void) => {
    const refuse = () => done(reply(code, 'not for <ada@example.org>, nor secret-token'))
    if (!isStream(data)) return refuse()
    once(data.resume(), 'end').then(refuse)
  }
}

function isStream(data: unknown): data is NodeJS.ReadableStream {
  return typeof data === 'object' && data !== null && 'resume' in data
}

function refuseConnection(_session: unknown, done: (error: Error) => void) {
  done(reply(421, 'busy'))
}
