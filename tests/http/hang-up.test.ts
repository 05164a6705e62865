import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import express, { type Request, type RequestHandler } from 'express'
import request from 'supertest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createDoor } from '../../src/http/door.ts'
import { hangUpOf } from '../../src/http/hang-up.ts'

/** Serves / by these steps; hangUp comes to them when its client has gone, as after a slow look at the session. */
async function serve(...steps: RequestHandler[]) {
  let arrive = (_req: Request) => {}
  const waitForHangUp: RequestHandler = (req, res, next) => {
    res.once('close', () => {
      next()
      arrive(req)
    })
  }
  const app = express()
  app.get('/slow', waitForHangUp, ...steps)
  app.get('/', ...steps, (_req, res) => void res.send('in'))
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  function hangUp(): Promise<Request> {
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n')
    server.once('request', () => socket.destroy())
    return new Promise((resolve) => {
      arrive = resolve
    })
  }
  return { hangUp, visit: () => request(server).get('/') }
}

const answerNothing: RequestHandler = () => {}

describe('a client that hung up on the way', () => {
  test('holds no place behind the door', async () => {
    const { hangUp, visit } = await serve(createDoor(() => 1).enter)

    for (let time = 0; time < 3; time++) await hangUp()

    expect((await visit()).status).toBe(200)
  })

  test('is known to have hung up, however late that is asked', async () => {
    const { hangUp } = await serve(answerNothing)

    const req = await hangUp()

    expect(hangUpOf(req).aborted).toBe(true)
  })
})
